internal import COpenSSL

/// Reads PEM text block by block, without ever asking anybody for a pass phrase.
struct PEMReader: ~Copyable {
  /// One block; its memory goes, overwritten, with the next one.
  struct Block: ~Copyable {
    /// What stands behind `BEGIN`.
    let label: String
    /// Whether its header says that it is encrypted.
    let isEncrypted: Bool
    private let bytes: UnsafeMutablePointer<UInt8>
    private let count: Int

    fileprivate init(
      name: UnsafePointer<CChar>, header: UnsafePointer<CChar>,
      bytes: UnsafeMutablePointer<UInt8>, count: Int
    ) {
      label = String(cString: name)
      isEncrypted = String(cString: header).contains("ENCRYPTED")
      self.bytes = bytes
      self.count = count
    }

    deinit { CRYPTO_clear_free(bytes, count, nil, 0) }

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
