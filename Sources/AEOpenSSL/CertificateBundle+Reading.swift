internal import COpenSSL

extension CertificateBundle {
  /// The bundle that a PEM text holds: one private key and, in any order, its certificate and
  /// others; blocks of other kinds are passed over.
  ///
  /// `text` is left as it is: the caller wipes it.
  ///
  /// - Throws: ``CertificateError`` when it cannot be used, whatever the date is.
  package convenience init(pem text: UnsafeRawBufferPointer) throws(CertificateError) {
    var parts = CertificateParts()
    try parts.add(pem: text)
    try self.init(parts)
  }

  /// The bundle that a file in PEM format holds.
  ///
  /// - Throws: ``CertificateError`` when it cannot be used, whatever the date is.
  package convenience init(file path: String) throws(CertificateError) {
    var parts = CertificateParts()
    try parts.add(file: path)
    try self.init(parts)
  }

  /// The bundle of key and certificates that were read.
  ///
  /// - Throws: ``CertificateError`` when key or certificate is missing, or they do not belong together.
  package convenience init(_ parts: consuming CertificateParts) throws(CertificateError) {
    let (key, certificates, own) = try parts.release()
    self.init(
      key: key, certificate: certificates[own],
      others: certificates.indices.filter { $0 != own }.map { certificates[$0] })
  }
}

extension CertificateBundle {
  /// Looks whether the certificate is valid at a time, in seconds since 1970.
  ///
  /// - Throws: ``CertificateError`` with the date when it is not.
  package func checkValidity(now: Int) throws(CertificateError) {
    if let end = X509_get0_notAfter(certificate), ASN1_TIME_cmp_time_t(end, now) < 0 {
      throw .expired(Self.date(end))
    }
    if let start = X509_get0_notBefore(certificate), ASN1_TIME_cmp_time_t(start, now) > 0 {
      throw .notYetValid(Self.date(start))
    }
  }

  private static func date(_ time: UnsafePointer<ASN1_TIME>) -> String {
    var parts = tm()
    guard ASN1_TIME_to_tm(time, &parts) == 1 else {
      OpenSSLErrors.clear()
      return "an unknown day"
    }
    let numbers = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday]
    return numbers.map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: "-")
  }
}
