internal import AEOpenSSL

extension TLSContext {
  /// Key and certificate out of texts or a file; nil when there are neither.
  static func bundle(
    cert: String?, key: String?, file: String?
  ) throws(TLSError) -> CertificateBundle? {
    do throws(CertificateError) {
      if let file { return try CertificateBundle(file: file) }
    } catch {
      throw TLSError(.configuration, "cert_file \(error)")
    }
    guard cert != nil || key != nil else { return nil }
    do throws(CertificateError) {
      let text = Array([key ?? "", cert ?? ""].joined(separator: "\n").utf8)
      return try text.withUnsafeBytesOfText { (bytes) throws(CertificateError) in
        try CertificateBundle(pem: bytes)
      }
    } catch {
      throw TLSError(.configuration, "cert \(error)")
    }
  }

  /// The authorities out of a text or a file; nil when there are neither.
  static func list(ca_cert: String?, ca_file: String?) throws(TLSError) -> CertificateList? {
    do throws(CertificateError) {
      if let ca_file { return try CertificateList(file: ca_file) }
    } catch {
      throw TLSError(.configuration, "ca_file \(error)")
    }
    do throws(CertificateError) {
      return try ca_cert.map { (text) throws(CertificateError) in try CertificateList(pem: text) }
    } catch {
      throw TLSError(.configuration, "ca_cert \(error)")
    }
  }
}

extension [UInt8] {
  fileprivate func withUnsafeBytesOfText<Result>(
    _ body: (UnsafeRawBufferPointer) throws(CertificateError) -> Result
  ) throws(CertificateError) -> Result {
    try withUnsafeBufferPointer { (bytes) throws(CertificateError) in
      try body(UnsafeRawBufferPointer(bytes))
    }
  }
}
