internal import CSodium

/// The secret that all nodes of a network share, in guarded memory and never printed.
///
/// The bytes live in memory from `sodium_malloc`: between guard pages, locked against swapping where
/// the system allows, write-protected, and wiped when the last reference goes. They are one byte per
/// code point of the text, as in a Perl string, so "grün" is 67 72 FC 6E. Behind them, in the same
/// memory, is the key that the sealed channel makes of them.
///
/// It may be shared between threads: its memory never changes after `init`.
public final class Secret: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer

  /// How many bytes the secret has, at least 1.
  public let count: Int

  /// The secret written as text, or nil for the empty text, which means "no secret".
  ///
  /// The text itself stays where it is, in ordinary memory: drop it soon.
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
    guard let memory = sodium_malloc(count + Secret.sealingKeyLength) else { throw .outOfMemory }
    let bytes = UnsafeMutableRawBufferPointer(start: memory, count: count)
    fill(bytes)
    Secret.deriveSealingKey(of: UnsafeRawBufferPointer(bytes), into: memory + count)
    sodium_mprotect_readonly(memory)
    self.memory = memory
    self.count = count
  }

  deinit { sodium_free(memory) }

  /// Calls `body` with the secret's bytes, which are valid only during the call.
  ///
  /// - Throws: what `body` throws.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// Calls `body` with the key that stands for the secret in the sealed channel.
  func withSealingKey<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    body(UnsafePointer((memory + count).assumingMemoryBound(to: UInt8.self)))
  }
}
