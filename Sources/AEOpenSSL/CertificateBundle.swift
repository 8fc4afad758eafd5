internal import COpenSSL

/// A private key, the certificate that belongs to it, and further certificates to trust.
///
/// OpenSSL wipes its copy of the key when the last reference goes. The bundle may be shared between threads: nothing
/// of it changes after `init`.
package final class CertificateBundle: @unchecked Sendable {
  /// The private key, an `EVP_PKEY`.
  package let key: OpaquePointer
  /// The certificate that belongs to the key, an `X509`.
  package let certificate: OpaquePointer
  /// The other certificates, each an `X509`, in the order of the text.
  package let others: [OpaquePointer]

  /// How long a certificate that ``generate(now:)`` makes is valid.
  static let daysOfValidity = 36_500

  /// Takes over OpenSSL's objects.
  init(key: OpaquePointer, certificate: OpaquePointer, others: [OpaquePointer]) {
    self.key = key
    self.certificate = certificate
    self.others = others
  }

  deinit {
    EVP_PKEY_free(key)
    X509_free(certificate)
    for other in others { X509_free(other) }
  }

  /// How many certificates there are besides the one of the key.
  package var trustedCount: Int { others.count }

  /// The PEM text: the key, its certificate, the others.
  ///
  /// It lies in ordinary memory: drop it soon.
  ///
  /// - Throws: ``CertificateError`` when OpenSSL cannot write it.
  package func pem() throws(CertificateError) -> String {
    OpenSSLErrors.clear()
    // Memory of this kind is wiped when it is freed, and when it grows.
    guard let target = BIO_new(BIO_s_secmem()) else { throw .notMade(OpenSSLErrors.takeReason()) }
    defer { BIO_free(target) }
    guard PEM_write_bio_PrivateKey(target, key, nil, nil, 0, nil, nil) == 1 else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    for certificate in [certificate] + others {
      guard PEM_write_bio_X509(target, certificate) == 1 else {
        throw .notMade(OpenSSLErrors.takeReason())
      }
    }
    return String(unsafeUninitializedCapacity: BIO_ctrl_pending(target)) { buffer in
      max(0, Int(BIO_read(target, buffer.baseAddress, CInt(clamping: buffer.count))))
    }
  }
}

extension CertificateBundle: CustomStringConvertible, CustomReflectable {
  /// Always the same text, whatever the key is.
  package var description: String { "(certificate)" }

  /// A mirror without children, so that `dump` shows nothing.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
