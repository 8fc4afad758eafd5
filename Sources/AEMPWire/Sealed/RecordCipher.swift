internal import CSodium

/// The cipher of the records of one direction.
protocol RecordCipher: AnyObject {
  /// Encrypts `content` as the one of record `number`; its length is at the record's start already.
  ///
  /// It is false when the record cannot be made; its bytes must not be sent then.
  func seal(
    _ content: UnsafeRawBufferPointer, as record: UnsafeMutableRawPointer, number: UInt64
  ) -> Bool

  /// Decrypts the content of record `number` where it lies, if all of it is authentic.
  func open(_ record: UnsafeMutableRawBufferPointer, number: UInt64) -> Bool
}

extension SealedMethod {
  /// Whether its cipher is there: OpenSSL can be configured so that it has no ChaCha20.
  var isUsable: Bool {
    switch self {
    case .chacha20Poly1305: ChaChaPolyCipher.isUsable
    case .secretbox: true
    }
  }

  /// The name of the records' cipher.
  var cipherName: String {
    switch self {
    case .chacha20Poly1305: "ChaCha20-Poly1305"
    case .secretbox: "XSalsa20-Poly1305"
    }
  }

  /// The cipher of one direction; nil when OpenSSL cannot make it.
  func cipher(_ key: KeyMemory, seals: Bool) -> (any RecordCipher)? {
    switch self {
    case .chacha20Poly1305: ChaChaPolyCipher(key, seals: seals)
    case .secretbox: SecretBoxCipher(key)
    }
  }
}

/// The form of a record of a sealed stream: a length of four bytes, a code of sixteen, and the encrypted
/// content.
enum RecordFormat {
  /// The bytes of a length.
  static let headerLength = 4
  /// The bytes of the code in front of the content.
  static let codeLength = 16
  /// How many bytes longer than its content a record is.
  static let overhead = headerLength + codeLength
  /// The greatest length of a content.
  static let maximumContent = 65_536
  /// The bytes of a key.
  static let keyLength = 32
}

/// XSalsa20-Poly1305, libsodium's `crypto_secretbox`; the nonce is zeros and the number of the record,
/// most significant byte first.
final class SecretBoxCipher: RecordCipher {
  private let key: KeyMemory

  init(_ key: KeyMemory) { self.key = key }

  /// The corresponding C function is `crypto_secretbox_detached`.
  func seal(
    _ content: UnsafeRawBufferPointer, as record: UnsafeMutableRawPointer, number: UInt64
  ) -> Bool {
    let code = (record + RecordFormat.headerLength).assumingMemoryBound(to: UInt8.self)
    return SecretBoxCipher.withNonce(number) { nonce in
      crypto_secretbox_detached(
        code + RecordFormat.codeLength, code,
        content.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(content.count), nonce,
        key.start) == 0
    }
  }

  /// The corresponding C function is `crypto_secretbox_open_detached`.
  func open(_ record: UnsafeMutableRawBufferPointer, number: UInt64) -> Bool {
    guard let start = record.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
    let text = start + RecordFormat.overhead
    return SecretBoxCipher.withNonce(number) { nonce in
      crypto_secretbox_open_detached(
        text, text, start + RecordFormat.headerLength,
        UInt64(record.count - RecordFormat.overhead), nonce, key.start) == 0
    }
  }

  @inline(__always)
  private static func withNonce<Result>(
    _ number: UInt64, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    let words: (UInt64, UInt64, UInt64) = (0, 0, number.bigEndian)
    return withUnsafePointer(to: words) { pointer in
      pointer.withMemoryRebound(to: UInt8.self, capacity: 24, body)
    }
  }
}
