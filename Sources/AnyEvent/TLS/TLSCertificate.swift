internal import COpenSSL

/// A certificate of the other end of a TLS connection, or of one of its issuers.
///
/// Its names are what the other end says: they mean something when it was verified. Corresponds to the
/// X509 objects of Perl's Net::SSLeay.
public struct TLSCertificate: Hashable, Sendable {
  /// The certificate itself, in DER form.
  public let der: [UInt8]
  /// The SHA-256 digest of ``der``, by which one certificate is told from all others.
  public let sha256: [UInt8]
  /// The common name of its subject; nil if there is none, or one with a zero byte in it.
  public let cn: String?
  /// The names of issuer and subject, one behind the other, in printable ASCII.
  ///
  /// Corresponds to Perl's `AnyEvent::TLS::certname`.
  public let certname: String

  /// A copy of a certificate of OpenSSL's, an `X509`; nil when it has no memory.
  init?(_ certificate: OpaquePointer) {
    let count = i2d_X509(certificate, nil)
    guard count > 0 else { return nil }
    der = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
      var start = buffer.baseAddress
      filled = Int(max(0, i2d_X509(certificate, &start)))
    }
    sha256 = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, filled in
      var length: CUnsignedInt = 0
      let isDone = X509_digest(certificate, EVP_sha256(), buffer.baseAddress, &length)
      filled = isDone == 1 ? Int(length) : 0
    }
    cn = X509_get_subject_name(certificate).flatMap(Self.commonName)
    certname = [X509_get_issuer_name(certificate), X509_get_subject_name(certificate)]
      .map(Self.line).joined()
  }

  private static func commonName(_ name: OpaquePointer) -> String? {
    let place = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
    guard place >= 0, let entry = X509_NAME_get_entry(name, place) else { return nil }
    var text: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
    guard count >= 0, let text else {
      ERR_clear_error()
      return nil
    }
    defer { CRYPTO_free(text, nil, 0) }
    let bytes = UnsafeBufferPointer(start: text, count: Int(count))
    return bytes.contains(0) ? nil : String(decoding: bytes, as: UTF8.self)
  }

  private static func line(_ name: OpaquePointer?) -> String {
    guard let text = X509_NAME_oneline(name, nil, 0) else { return "" }
    defer { CRYPTO_free(text, nil, 0) }
    return String(cString: text)
  }
}
