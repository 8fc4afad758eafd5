internal import COpenSSL

extension CertificateBundle {
  /// The bits of security that OpenSSL's level 2, the usual one of systems, asks of a key.
  private static let neededSecurityBits: CInt = 112

  /// The bundle that a PEM text holds: one private key and, in any order, its certificate and
  /// others; blocks of other kinds are passed over.
  ///
  /// `text` is left as it is: the caller wipes it.
  ///
  /// - Throws: ``CertificateError`` when it cannot be used, whatever the date is.
  package convenience init(pem text: UnsafeRawBufferPointer) throws(CertificateError) {
    try self.init(PEMReader(text))
  }

  /// The bundle that a file in PEM format holds.
  ///
  /// - Throws: ``CertificateError`` when it cannot be used, whatever the date is.
  package convenience init(file path: String) throws(CertificateError) {
    try self.init(PEMReader(file: path))
  }

  private convenience init(_ reader: consuming PEMReader) throws(CertificateError) {
    OpenSSLErrors.clear()
    var parts = Parts()
    while let block = try reader.next() { try parts.add(block) }
    let own = try parts.ownCertificate()
    let (key, certificates) = parts.release()
    guard let key else { throw .noKey }
    self.init(
      key: key, certificate: certificates[own],
      others: certificates.indices.filter { $0 != own }.map { certificates[$0] })
  }

  /// What was read so far; frees it when it is not taken over.
  private struct Parts: ~Copyable {
    private var hasBlocks = false
    private var key: OpaquePointer?
    private var certificates: [OpaquePointer] = []

    deinit {
      EVP_PKEY_free(key)
      for certificate in certificates { X509_free(certificate) }
    }

    mutating func add(_ block: borrowing PEMReader.Block) throws(CertificateError) {
      hasBlocks = true
      if block.isKey {
        try addKey(block)
      } else if block.isCertificate {
        guard let certificate = block.certificate() else {
          throw .brokenCertificate(OpenSSLErrors.takeReason())
        }
        certificates.append(certificate)
      }
    }

    private mutating func addKey(_ block: borrowing PEMReader.Block) throws(CertificateError) {
      if block.isEncrypted || block.label.hasPrefix("ENCRYPTED") { throw .encryptedKey }
      if key != nil { throw .severalKeys }
      key = block.key()
      guard let key else { throw .unusableKey(OpenSSLErrors.takeReason()) }
      // Noted while it looked for the right decoder.
      OpenSSLErrors.clear()
      if EVP_PKEY_can_sign(key) != 1 { throw .unusableKey("it cannot sign") }
      if EVP_PKEY_get_security_bits(key) < neededSecurityBits { throw .unusableKey("too short") }
    }

    /// The place of the certificate that belongs to the key.
    func ownCertificate() throws(CertificateError) -> Int {
      guard hasBlocks else { throw .noBlocks }
      guard let key else { throw .noKey }
      if certificates.isEmpty { throw .noCertificate }
      let own = certificates.firstIndex { X509_check_private_key($0, key) == 1 }
      OpenSSLErrors.clear()
      guard let own else { throw .mismatch }
      return own
    }

    /// Gives all away; the receiver frees it.
    mutating func release() -> (key: OpaquePointer?, certificates: [OpaquePointer]) {
      defer {
        key = nil
        certificates = []
      }
      return (key, certificates)
    }
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
