internal import AEOpenSSL
internal import AnyEvent
internal import Glibc

extension NodeConfiguration {
  /// What the node's TLS connections have in common; nil when it has no certificate.
  ///
  /// One that is not valid now is no error but a warning in the log: the others refuse it, and the
  /// clock may be the one that is wrong.
  ///
  /// - Throws: ``ConfigurationError`` when the certificate can't be used.
  func makeTLSContext() throws(ConfigurationError) -> TLSContext? {
    guard let certificate else { return nil }
    let bundle: CertificateBundle
    do throws(CertificateError) {
      bundle = try Array(certificate.utf8).withUnsafeBufferPointer {
        (text) throws(CertificateError) in
        try CertificateBundle(pem: UnsafeRawBufferPointer(text))
      }
    } catch {
      throw ConfigurationError(.badValue, "the setting cert \(error)")
    }
    do throws(CertificateError) {
      try bundle.checkValidity(now: time(nil))
    } catch {
      AE.log(.warn, in: Log.kernel, "the setting cert \(error)")
    }
    do throws(TLSError) {
      return try TLSContext(mutual: bundle)
    } catch {
      throw ConfigurationError(.badValue, "the setting cert: \(error)")
    }
  }
}
