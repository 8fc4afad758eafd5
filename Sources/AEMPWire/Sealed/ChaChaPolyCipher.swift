internal import AEOpenSSL
internal import COpenSSL

/// ChaCha20-Poly1305 (RFC 8439), by OpenSSL, which has it for the vector units of many processors.
///
/// The length at the start of a record is authenticated with it. The nonce is four bytes of zeros and the
/// number of the record, most significant byte first. OpenSSL wipes its copy of the key when the
/// context is freed.
final class ChaChaPolyCipher: RecordCipher {
  private let context: OpaquePointer
  /// Where OpenSSL says how many bytes it has written.
  @exclusivity(unchecked) private var written: CInt = 0

  /// The algorithm, which is looked up once a process; nil if OpenSSL's configuration has none.
  private struct Algorithm: @unchecked Sendable {
    // OpenSSL's algorithms never change, hence safe on any thread.
    let cipher: OpaquePointer?

    /// The corresponding C function is `EVP_CIPHER_fetch`.
    init() {
      cipher = EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
      if cipher == nil { OpenSSLErrors.clear() }
    }
  }

  private static let algorithm = Algorithm()

  /// Whether OpenSSL has the cipher.
  static var isUsable: Bool { algorithm.cipher != nil }

  /// A cipher that either seals or opens; nil when OpenSSL cannot make it.
  ///
  /// The corresponding C functions are `EVP_CIPHER_CTX_new` and `EVP_CipherInit_ex2`.
  init?(_ key: KeyMemory, seals: Bool) {
    guard let cipher = ChaChaPolyCipher.algorithm.cipher, key.count == RecordFormat.keyLength,
      let context = EVP_CIPHER_CTX_new()
    else {
      OpenSSLErrors.clear()
      return nil
    }
    guard EVP_CipherInit_ex2(context, cipher, key.start, nil, seals ? 1 : 0, nil) == 1 else {
      EVP_CIPHER_CTX_free(context)
      OpenSSLErrors.clear()
      return nil
    }
    self.context = context
  }

  /// The corresponding C function is `EVP_CIPHER_CTX_free`.
  deinit { EVP_CIPHER_CTX_free(context) }

  func seal(
    _ content: UnsafeRawBufferPointer, as record: UnsafeMutableRawPointer, number: UInt64
  ) -> Bool {
    let header = UnsafeRawBufferPointer(start: record, count: RecordFormat.headerLength)
    return ChaChaPolyCipher.withNonce(number) { nonce in
      encrypt(
        content, to: record + RecordFormat.overhead, code: record + RecordFormat.headerLength,
        nonce: nonce, header: header)
    }
  }

  func open(_ record: UnsafeMutableRawBufferPointer, number: UInt64) -> Bool {
    guard let start = record.baseAddress else { return false }
    let header = UnsafeRawBufferPointer(start: start, count: RecordFormat.headerLength)
    let text = UnsafeMutableRawBufferPointer(rebasing: record[RecordFormat.overhead...])
    return ChaChaPolyCipher.withNonce(number) { nonce in
      decrypt(text, code: start + RecordFormat.headerLength, nonce: nonce, header: header)
    }
  }

  /// Calls `body` with the twelve bytes of a record's nonce.
  @inline(__always)
  private static func withNonce(
    _ number: UInt64, _ body: (UnsafePointer<UInt8>) -> Bool
  ) -> Bool {
    let words: (UInt64, UInt64) = (0, number.bigEndian)
    return withUnsafePointer(to: words) { pointer in
      pointer.withMemoryRebound(to: UInt8.self, capacity: 16) { body($0 + 4) }
    }
  }

  // MARK: RFC 8439

  /// Encrypts `content` to `text` and authenticates it and the header by sixteen bytes at `code`.
  ///
  /// The corresponding C functions are `EVP_EncryptUpdate` and `EVP_EncryptFinal_ex`.
  func encrypt(
    _ content: UnsafeRawBufferPointer, to text: UnsafeMutableRawPointer,
    code: UnsafeMutableRawPointer, nonce: UnsafePointer<UInt8>, header: UnsafeRawBufferPointer
  ) -> Bool {
    let text = text.assumingMemoryBound(to: UInt8.self)
    let isSealed =
      begin(nonce, header) && update(text, content)
      && EVP_CipherFinal_ex(context, text + content.count, &written) == 1
      && EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_GET_TAG, CInt(RecordFormat.codeLength), code) == 1
    if !isSealed { OpenSSLErrors.clear() }
    return isSealed
  }

  /// Decrypts the text where it lies; false when the sixteen bytes at `code` do not belong to text and header: the
  /// caller must not look at the text then.
  ///
  /// The corresponding C functions are `EVP_DecryptUpdate` and `EVP_DecryptFinal_ex`.
  func decrypt(
    _ text: UnsafeMutableRawBufferPointer, code: UnsafeMutableRawPointer,
    nonce: UnsafePointer<UInt8>, header: UnsafeRawBufferPointer
  ) -> Bool {
    guard let start = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
    let isAuthentic =
      begin(nonce, header) && update(start, UnsafeRawBufferPointer(text))
      && EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, CInt(RecordFormat.codeLength), code) == 1
      && EVP_CipherFinal_ex(context, start + text.count, &written) == 1
    if !isAuthentic { OpenSSLErrors.clear() }
    return isAuthentic
  }

  private func begin(_ nonce: UnsafePointer<UInt8>, _ header: UnsafeRawBufferPointer) -> Bool {
    EVP_CipherInit_ex2(context, nil, nil, nonce, -1, nil) == 1 && update(nil, header)
  }

  /// Takes the next bytes: text, or the header if there is no place for a result.
  private func update(
    _ result: UnsafeMutablePointer<UInt8>?, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    // OpenSSL takes a call without bytes for the end.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return true }
    return EVP_CipherUpdate(
      context, result, &written, start.assumingMemoryBound(to: UInt8.self),
      CInt(truncatingIfNeeded: bytes.count)) == 1 && Int(written) == bytes.count
  }
}
