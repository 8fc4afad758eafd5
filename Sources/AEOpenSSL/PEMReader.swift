internal import COpenSSL

/// Reads PEM text block by block, without ever asking the terminal for a pass phrase.
struct PEMReader: ~Copyable {
  /// One block; its memory goes, overwritten, with the next one.
  struct Block: ~Copyable {
    /// The name of the content, behind `BEGIN`.
    let label: String
    /// The lines between `BEGIN` and the content, which the older form of encryption needs.
    private let header: String
    private let bytes: UnsafeMutablePointer<UInt8>
    private let count: Int

    fileprivate init(
      name: UnsafePointer<CChar>, header: UnsafePointer<CChar>,
      bytes: UnsafeMutablePointer<UInt8>, count: Int
    ) {
      label = String(cString: name)
      self.header = String(cString: header)
      self.bytes = bytes
      self.count = count
    }

    deinit { CRYPTO_clear_free(bytes, count, nil, 0) }

    /// Whether the content is protected by a pass phrase.
    var isEncrypted: Bool { label.hasPrefix("ENCRYPTED") || header.contains("ENCRYPTED") }

    /// Whether the block holds a private key.
    var isKey: Bool { label == "PRIVATE KEY" || label.hasSuffix(" PRIVATE KEY") }

    /// Whether the block holds a certificate.
    var isCertificate: Bool {
      label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE"
    }

    /// The private key, to be freed by the caller; nil when it is none.
    func key() -> OpaquePointer? {
      var start: UnsafePointer<UInt8>? = UnsafePointer(bytes)
      return d2i_AutoPrivateKey(nil, &start, count)
    }

    /// The private key that a pass phrase protects, to be freed by the caller; nil when that is wrong.
    mutating func key(password: String) -> OpaquePointer? {
      var password = password
      return password.withUTF8 { password in
        password.withMemoryRebound(to: CChar.self) { password in
          label.hasPrefix("ENCRYPTED") ? decrypted(password) : decryptedByHeader(password)
        }
      }
    }

    private func decrypted(_ password: UnsafeBufferPointer<CChar>) -> OpaquePointer? {
      var start: UnsafePointer<UInt8>? = UnsafePointer(bytes)
      guard let sealed = d2i_X509_SIG(nil, &start, count) else { return nil }
      defer { X509_SIG_free(sealed) }
      let opened = PKCS8_decrypt(sealed, password.baseAddress, CInt(clamping: password.count))
      guard let opened else { return nil }
      defer { PKCS8_PRIV_KEY_INFO_free(opened) }
      return EVP_PKCS82PKEY(opened)
    }

    /// Decrypts the content in place, as OpenSSL does it.
    private func decryptedByHeader(_ password: UnsafeBufferPointer<CChar>) -> OpaquePointer? {
      var method = EVP_CIPHER_INFO()
      // OpenSSL ends words in it while it reads.
      var words = Array(header.utf8CString)
      let isKnown = PEM_get_EVP_CIPHER_INFO(&words, &method)
      var length = count
      var password = password
      guard isKnown == 1, PEM_do_header(&method, bytes, &length, givePassword, &password) == 1
      else { return nil }
      var start: UnsafePointer<UInt8>? = UnsafePointer(bytes)
      return d2i_AutoPrivateKey(nil, &start, length)
    }

    /// The certificate, to be freed by the caller; nil when it is none.
    func certificate() -> OpaquePointer? {
      var start: UnsafePointer<UInt8>? = UnsafePointer(bytes)
      if label.hasPrefix("TRUSTED") { return d2i_X509_AUX(nil, &start, count) }
      return d2i_X509(nil, &start, count)
    }
  }

  private let source: OpaquePointer?

  /// A reader of this text, whose memory must stay for as long as the reader.
  init(_ text: UnsafeRawBufferPointer) {
    let count = CInt(clamping: text.count)
    source = text.baseAddress.flatMap { BIO_new_mem_buf($0, count) }
  }

  /// A reader of a file.
  ///
  /// - Throws: ``CertificateError`` when it cannot be read.
  init(file path: String) throws(CertificateError) {
    OpenSSLErrors.clear()
    source = BIO_new_file(path, "r")
    guard source != nil else { throw .unreadable(OpenSSLErrors.takeReason()) }
  }

  deinit { BIO_free(source) }

  /// The next block; nil at the end.
  ///
  /// - Throws: ``CertificateError`` when a block is damaged.
  mutating func next() throws(CertificateError) -> Block? {
    guard let source else { return nil }
    var name: UnsafeMutablePointer<CChar>?
    var header: UnsafeMutablePointer<CChar>?
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard PEM_read_bio(source, &name, &header, &bytes, &count) == 1, let name, let header, let bytes
    else {
      guard OpenSSLErrors.latestIsPEM(PEM_R_NO_START_LINE) else {
        throw .brokenBlock(OpenSSLErrors.takeReason())
      }
      OpenSSLErrors.clear()
      return nil
    }
    defer {
      CRYPTO_free(name, nil, 0)
      CRYPTO_free(header, nil, 0)
    }
    return Block(name: name, header: header, bytes: bytes, count: count)
  }
}

/// Gives OpenSSL a pass phrase, which it would ask the terminal for otherwise.
private func givePassword(
  _ target: UnsafeMutablePointer<CChar>?, _ size: CInt, _ isWriting: CInt,
  _ given: UnsafeMutableRawPointer?
) -> CInt {
  guard let target, let given else { return -1 }
  let password = given.load(as: UnsafeBufferPointer<CChar>.self)
  guard password.count <= Int(size) else { return -1 }
  if let start = password.baseAddress { target.update(from: start, count: password.count) }
  return CInt(password.count)
}
