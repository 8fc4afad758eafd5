internal import AEValue
internal import CSodium

/// The secret that all nodes of a network share, in guarded memory and never printed.
///
/// The bytes live in memory from `sodium_malloc`: between guard pages, locked against swapping where
/// the system allows, write-protected, and wiped when the last reference goes. They are one byte per
/// code point of the text, as in a Perl string, so "grün" is 67 72 FC 6E. Behind them, in the same
/// memory, are the keys that are derived from them for the methods of the sealed channel.
///
/// It may be shared between threads: its memory never changes after `init`.
public final class Secret: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer

  /// The length of the secret in bytes, at least 1.
  public let count: Int

  /// The secret written as text, or nil for the empty text, which means "no secret".
  ///
  /// The text itself stays in ordinary memory, so release it soon.
  ///
  /// - Throws: ``SecretError`` when a code point is above U+00FF, or when there is no memory.
  public convenience init?(_ text: String) throws(SecretError) {
    var position = 0
    for scalar in text.unicodeScalars {
      position += 1
      guard scalar.value <= 0xFF else { throw .codePointTooLarge(at: position) }
    }
    try self.init(count: position) { bytes in
      for (index, scalar) in text.unicodeScalars.enumerated() {
        bytes[index] = UInt8(truncatingIfNeeded: scalar.value)
      }
    }
  }

  /// The secret with these bytes, or nil when there are none, which means "no secret".
  ///
  /// - Throws: ``SecretError`` when there is no memory.
  public convenience init?(bytes: some Collection<UInt8>) throws(SecretError) {
    try self.init(count: bytes.count) { memory in
      for (index, byte) in bytes.enumerated() { memory[index] = byte }
    }
  }

  private init?(
    count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(SecretError) {
    guard count > 0 else { return nil }
    Sodium.start()
    let methods = SealedMethod.allCases
    guard let memory = sodium_malloc(count + methods.count * Secret.sealingKeyLength) else {
      throw .outOfMemory
    }
    let bytes = UnsafeMutableRawBufferPointer(start: memory, count: count)
    fill(bytes)
    for method in methods {
      Secret.deriveSealingKey(
        of: UnsafeRawBufferPointer(bytes), for: method,
        into: memory + count + method.index * Secret.sealingKeyLength)
    }
    sodium_mprotect_readonly(memory)
    self.memory = memory
    self.count = count
  }

  deinit { sodium_free(memory) }

  /// Calls `body` with the secret's bytes, which are valid only during the call.
  ///
  /// - Throws: the error of `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// Calls `body` with the key that stands for the secret in this method.
  func withSealingKey<Result>(
    for method: SealedMethod, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    let key = memory + count + method.index * Secret.sealingKeyLength
    return body(UnsafePointer(key.assumingMemoryBound(to: UInt8.self)))
  }
}

// MARK: - The sealed channel

/// The keys of the sealed channel, which are derived from the secret, and their uses.
extension Secret {
  /// The length of a key that stands for the secret in the sealed channel.
  static let sealingKeyLength = 32
  /// The number of digits of ``keyID(for:)``.
  static let keyIDLength = 8
  private static let keyIDLabel = Array("kid\n".utf8)

  /// Writes the key that stands for the secret in this method.
  ///
  /// The corresponding C function is `crypto_generichash_blake2b_salt_personal`.
  private static func deriveSealingKey(
    of secret: UnsafeRawBufferPointer, for method: SealedMethod, into key: UnsafeMutableRawPointer
  ) {
    // The purpose, padded with zeros to the length that the function takes.
    let name = Array(method.purpose.utf8)
    let purpose =
      name
      + [UInt8](repeating: 0, count: Int(crypto_generichash_blake2b_PERSONALBYTES) - name.count)
    let status = crypto_generichash_blake2b_salt_personal(
      key.assumingMemoryBound(to: UInt8.self), sealingKeyLength,
      secret.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(secret.count), nil, 0, nil,
      purpose)
    // It cannot fail with lengths that are constants.
    require(status == 0, "libsodium cannot compute BLAKE2b")
  }

  /// Eight hexadecimal digits by which other owners of the secret recognise it, together with this nonce;
  /// the same for all methods.
  ///
  /// The corresponding C function is `crypto_generichash`.
  func keyID(for nonce: [UInt8]) -> String {
    let text = Secret.keyIDLabel + nonce
    var code = [UInt8](repeating: 0, count: 32)
    withSealingKey(for: .secretbox) { key in
      _ = crypto_generichash(
        &code, code.count, text, UInt64(text.count), key, Secret.sealingKeyLength)
    }
    let digits = code.prefix(Secret.keyIDLength / 2).withUnsafeBytes(Hexadecimal.encode)
    return String(decoding: digits, as: UTF8.self)
  }

  /// The HMAC-SHA-512 of the method's label and the parts under that key.
  ///
  /// The corresponding C functions are those of `crypto_auth_hmacsha512`.
  func sealingCode(for parts: [[UInt8]], by method: SealedMethod) -> [UInt8] {
    var state = crypto_auth_hmacsha512_state()
    withSealingKey(for: method) { key in
      _ = crypto_auth_hmacsha512_init(&state, key, Secret.sealingKeyLength)
    }
    for part in [method.proofLabel] + parts {
      crypto_auth_hmacsha512_update(&state, part, UInt64(part.count))
    }
    let code = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      crypto_auth_hmacsha512_final(&state, start)
      count = 64
    }
    sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha512_state>.size)
    return code
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The same text for all secrets.
  public var description: String { "(secret)" }

  /// The same text for all secrets.
  public var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable {
  /// Whether both secrets have the same bytes, compared in constant time when equally long.
  public static func == (a: Secret, b: Secret) -> Bool {
    a.withBytes { left in b.withBytes { right in ConstantTime.areEqual(left, right) } }
  }
}

/// Why a text cannot be used as the secret of a network.
///
/// The sentence holds nothing of the secret.
public struct SecretError: CodedError {
  /// The kind of problem.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The secret has a code point above U+00FF, for which there is no byte.
    public static let codePointTooLarge = Code(rawValue: "codePointTooLarge")
    /// There is no guarded memory.
    public static let outOfMemory = Code(rawValue: "outOfMemory")
  }

  /// The kind of problem.
  public let code: Code
  /// A sentence for the user that says what is wrong and what to do.
  public let description: String

  static func codePointTooLarge(at position: Int) -> SecretError {
    SecretError(
      code: .codePointTooLarge,
      description: """
        character \(position) of the secret lies above U+00FF, and the network uses one byte per \
        character: use characters up to U+00FF only, or make a secret with "aemp gensecret"
        """)
  }

  static let outOfMemory = SecretError(
    code: .outOfMemory, description: "no guarded memory left for the secret")
}
