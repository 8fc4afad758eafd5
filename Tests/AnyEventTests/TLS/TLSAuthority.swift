import COpenSSL
import Foundation
import TestSupport

/// An authority for tests, which issues certificates with names, and revokes them.
final class TLSAuthority {
  private let key: OpaquePointer
  private let certificate: OpaquePointer
  private var serial = 1

  /// An authority with a certificate that it signs itself.
  init(_ name: String = "Test authority") throws {
    key = try Self.newKey()
    certificate = try Self.certificate(
      of: key, cn: name, serial: 1, addition: (NID_basic_constraints, "critical,CA:TRUE"),
      issuer: nil)
  }

  deinit {
    EVP_PKEY_free(key)
    X509_free(certificate)
  }

  /// Its certificate as PEM text.
  var pem: String { get throws { try Self.text { PEM_write_bio_X509($0, certificate) } } }

  /// A key and a certificate of it as PEM texts.
  func issue(
    cn: String, alternatives: [String] = [], password: String? = nil, isOldForm: Bool = false
  ) throws -> (key: String, cert: String, serial: Int) {
    let own = try Self.newKey()
    defer { EVP_PKEY_free(own) }
    serial += 1
    let made = try Self.certificate(
      of: own, cn: cn, serial: serial,
      addition: alternatives.isEmpty
        ? nil : (NID_subject_alt_name, alternatives.joined(separator: ",")),
      issuer: (key, certificate))
    defer { X509_free(made) }
    let keyText = try Self.text { target in
      guard let password else {
        return PEM_write_bio_PrivateKey(target, own, nil, nil, 0, nil, nil)
      }
      var bytes = Array(password.utf8)
      let count = CInt(bytes.count)
      return isOldForm
        ? PEM_write_bio_PrivateKey_traditional(
          target, own, EVP_aes_128_cbc(), &bytes, count, nil, nil)
        : PEM_write_bio_PKCS8PrivateKey(
          target, own, EVP_aes_128_cbc(), password, count, nil, nil)
    }
    return (keyText, try Self.text { PEM_write_bio_X509($0, made) }, serial)
  }

  /// A directory as `openssl rehash` makes it: with its certificate, and a list of these revoked ones.
  func directory(revoked: [Int]? = nil) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let subject = X509_get_subject_name(certificate)
    let hash = String(format: "%08lx", X509_NAME_hash_ex(subject, nil, nil, nil))
    try directory.write(pem, to: "\(hash).0")
    if let revoked { try directory.write(list(revoked), to: "\(hash).r0") }
    return directory
  }

  /// Parameters of a group of Diffie-Hellman keys, as PEM text.
  static func parameters() throws -> String {
    let context = try known(EVP_PKEY_CTX_new_from_name(nil, "DH", nil))
    defer { EVP_PKEY_CTX_free(context) }
    EVP_PKEY_paramgen_init(context)
    EVP_PKEY_CTX_set_group_name(context, "ffdhe2048")
    var group: OpaquePointer?
    EVP_PKEY_paramgen(context, &group)
    let made = try known(group)
    defer { EVP_PKEY_free(made) }
    return try text { PEM_write_bio_Parameters($0, made) }
  }

  private func list(_ revoked: [Int]) throws -> String {
    let list = try known(X509_CRL_new())
    defer { X509_CRL_free(list) }
    let now = try known(ASN1_TIME_adj(nil, time(nil), 0, -60))
    let later = try known(ASN1_TIME_adj(nil, time(nil), 1, 0))
    defer {
      ASN1_STRING_free(now)
      ASN1_STRING_free(later)
    }
    X509_CRL_set_version(list, 1)
    X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate))
    X509_CRL_set1_lastUpdate(list, now)
    X509_CRL_set1_nextUpdate(list, later)
    for serial in revoked {
      let entry = try known(X509_REVOKED_new())
      let number = try known(ASN1_INTEGER_new())
      defer { ASN1_INTEGER_free(number) }
      ASN1_INTEGER_set(number, serial)
      X509_REVOKED_set_serialNumber(entry, number)
      X509_REVOKED_set_revocationDate(entry, now)
      X509_CRL_add0_revoked(list, entry)
    }
    X509_CRL_sort(list)
    X509_CRL_sign(list, key, EVP_sha256())
    return try Self.text { PEM_write_bio_X509_CRL($0, list) }
  }

  private static func newKey() throws -> OpaquePointer {
    let context = try known(EVP_PKEY_CTX_new_from_name(nil, "EC", nil))
    defer { EVP_PKEY_CTX_free(context) }
    EVP_PKEY_keygen_init(context)
    EVP_PKEY_CTX_set_group_name(context, "P-256")
    var key: OpaquePointer?
    EVP_PKEY_generate(context, &key)
    return try known(key)
  }

  private static func certificate(
    of key: OpaquePointer, cn: String, serial: Int, addition: (kind: CInt, value: String)?,
    issuer: (key: OpaquePointer, certificate: OpaquePointer)?
  ) throws -> OpaquePointer {
    let made = try known(X509_new())
    X509_set_version(made, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial)
    X509_gmtime_adj(X509_getm_notBefore(made), -3600)
    X509_gmtime_adj(X509_getm_notAfter(made), 3600)
    X509_set_pubkey(made, key)
    let name = X509_get_subject_name(made)
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, cn, -1, -1, 0)
    X509_set_issuer_name(made, issuer.map { X509_get_subject_name($0.certificate) } ?? name)
    if let addition {
      let extra = try known(X509V3_EXT_conf_nid(nil, nil, addition.kind, addition.value))
      X509_add_ext(made, extra, -1)
      X509_EXTENSION_free(extra)
    }
    X509_sign(made, issuer?.key ?? key, EVP_sha256())
    return made
  }

  private static func text(_ write: (OpaquePointer) -> CInt) throws -> String {
    let target = try known(BIO_new(BIO_s_mem()))
    defer { BIO_free(target) }
    guard write(target) == 1 else { throw NoResult() }
    var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(target))
    BIO_read(target, &bytes, CInt(bytes.count))
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// OpenSSL did not make what a test needs.
private struct NoResult: Error {}

private func known<Pointer>(_ pointer: Pointer?) throws -> Pointer {
  guard let pointer else { throw NoResult() }
  return pointer
}
