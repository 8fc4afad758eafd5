internal import COpenSSL

/// A key and certificates as they are read, from one text or several; freed when they are not taken over.
package struct CertificateParts: ~Copyable {
  private var hasBlocks = false
  private var key: OpaquePointer?
  private var certificates: [OpaquePointer] = []

  /// The bits of security that OpenSSL's level 2, the usual one of systems, asks of a key.
  private static let neededSecurityBits: CInt = 112

  /// No parts, yet.
  package init() {}

  deinit {
    EVP_PKEY_free(key)
    for certificate in certificates { X509_free(certificate) }
  }

  /// Adds the keys and certificates in a PEM text, which the caller wipes; blocks of other kinds are passed over.
  ///
  /// `password` is asked for the pass phrase when a key is protected by one.
  ///
  /// - Throws: ``CertificateError`` when a block cannot be used.
  package mutating func add(
    pem text: UnsafeRawBufferPointer, password: () -> String? = { nil }
  ) throws(CertificateError) {
    try add(PEMReader(text), password)
  }

  /// Adds the keys and certificates in a file in PEM format.
  ///
  /// - Throws: ``CertificateError`` when it cannot be read, or a block cannot be used.
  package mutating func add(
    file path: String, password: () -> String? = { nil }
  ) throws(CertificateError) {
    try add(PEMReader(file: path), password)
  }

  private mutating func add(
    _ reader: consuming PEMReader, _ password: () -> String?
  ) throws(CertificateError) {
    OpenSSLErrors.clear()
    while var block = try reader.next() { try add(&block, password) }
  }

  private mutating func add(
    _ block: inout PEMReader.Block, _ password: () -> String?
  ) throws(CertificateError) {
    hasBlocks = true
    if block.isKey {
      try addKey(&block, password)
    } else if block.isCertificate {
      guard let certificate = block.certificate() else {
        throw .brokenCertificate(OpenSSLErrors.takeReason())
      }
      certificates.append(certificate)
    }
  }

  private mutating func addKey(
    _ block: inout PEMReader.Block, _ password: () -> String?
  ) throws(CertificateError) {
    if key != nil { throw .severalKeys }
    if block.isEncrypted {
      guard let password = password() else { throw .encryptedKey }
      key = block.key(password: password)
      guard key != nil else {
        OpenSSLErrors.clear()
        throw .wrongPassword
      }
    } else {
      key = block.key()
    }
    guard let key else { throw .unusableKey(OpenSSLErrors.takeReason()) }
    // Noted while it looked for the right decoder.
    OpenSSLErrors.clear()
    if EVP_PKEY_can_sign(key) != 1 { throw .unusableKey("it cannot sign") }
    if EVP_PKEY_get_security_bits(key) < Self.neededSecurityBits { throw .unusableKey("too short") }
  }

  /// Gives all away, with the place of the certificate that belongs to the key; the receiver frees it.
  ///
  /// - Throws: ``CertificateError`` when key or certificate is missing, or they do not belong together.
  mutating func release() throws(CertificateError) -> (
    key: OpaquePointer, certificates: [OpaquePointer], own: Int
  ) {
    guard hasBlocks else { throw .noBlocks }
    guard let key else { throw .noKey }
    if certificates.isEmpty { throw .noCertificate }
    let own = certificates.firstIndex { X509_check_private_key($0, key) == 1 }
    OpenSSLErrors.clear()
    guard let own else { throw .mismatch }
    defer {
      self.key = nil
      certificates = []
    }
    return (key, certificates, own)
  }
}
