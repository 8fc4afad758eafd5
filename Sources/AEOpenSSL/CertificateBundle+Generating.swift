internal import COpenSSL

extension CertificateBundle {
  /// A new private key and a certificate that it signed itself.
  ///
  /// All nodes of a network have the same bundle, and each trusts that certificate alone. The key
  /// is of EC P-256: TLS 1.2 and 1.3 of every OpenSSL that Perl may have can use it, and it is made
  /// in a moment.
  ///
  /// - Parameter now: seconds since 1970; the certificate is valid from the day before on, for
  ///   clocks that are slow.
  /// - Returns: both.
  /// - Throws: ``CertificateError`` when OpenSSL cannot make them.
  package static func generate(now: Int) throws(CertificateError) -> CertificateBundle {
    OpenSSLErrors.clear()
    guard let key = newKey() else { throw .notMade(OpenSSLErrors.takeReason()) }
    guard let certificate = newCertificate(of: key, now: now) else {
      EVP_PKEY_free(key)
      throw .notMade(OpenSSLErrors.takeReason())
    }
    return CertificateBundle(key: key, certificate: certificate, others: [])
  }

  private static func newKey() -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1,
      EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
      EVP_PKEY_generate(context, &key) == 1
    else { return nil }
    return key
  }

  private static func newCertificate(of key: OpaquePointer, now: Int) -> OpaquePointer? {
    guard let certificate = X509_new() else { return nil }
    guard fill(certificate, key, now), X509_sign(certificate, key, EVP_sha256()) > 0 else {
      X509_free(certificate)
      return nil
    }
    return certificate
  }

  private static func fill(_ certificate: OpaquePointer, _ key: OpaquePointer, _ now: Int) -> Bool {
    let serial = UInt64.random(in: 1...UInt64(Int64.max))
    var start = now
    let version3 = 2
    return X509_set_version(certificate, version3) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1
      && X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, &start) != nil
      && X509_time_adj_ex(X509_getm_notAfter(certificate), CInt(daysOfValidity), 0, &start) != nil
      && X509_set_pubkey(certificate, key) == 1 && setNames(certificate)
      // Its own authority, so that certificates of single nodes can be signed with it as well.
      && add(NID_basic_constraints, "critical,CA:TRUE", to: certificate)
      && add(NID_subject_key_identifier, "hash", to: certificate)
  }

  private static func setNames(_ certificate: OpaquePointer) -> Bool {
    guard let name = X509_get_subject_name(certificate) else { return false }
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, "AEMP", -1, -1, 0) == 1
      && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, "AEMP network", -1, -1, 0) == 1
      && X509_set_issuer_name(certificate, name) == 1
  }

  private static func add(_ kind: CInt, _ value: String, to certificate: OpaquePointer) -> Bool {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
    guard let addition = X509V3_EXT_conf_nid(nil, &context, kind, value) else { return false }
    defer { X509_EXTENSION_free(addition) }
    return X509_add_ext(certificate, addition, -1) == 1
  }
}
