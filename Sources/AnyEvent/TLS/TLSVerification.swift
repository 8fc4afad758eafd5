internal import COpenSSL

/// A certificate that is being verified, as `verify_cb` of ``TLSContext`` gets it.
///
/// Corresponds to the arguments of Perl's `verify_cb => $callback`.
public struct TLSVerification: Sendable {
  /// The name of the other end that its certificate is compared with, if there is one.
  public let peername: String?
  /// The common name of the certificate's subject; empty if there is none.
  public var cn: String { cert.cn ?? "" }
  /// 0 for the other end's own certificate, more for those of its issuers.
  public let depth: Int
  /// Whether everything else was in order: the issuers, the dates, the name.
  public let preverify_ok: Bool
  /// The problem, in OpenSSL's words.
  public let problem: String?
  /// The certificate.
  public let cert: TLSCertificate
}

/// A session's own checks beyond OpenSSL's verification.
final class TLSVerifier {
  typealias Callback = @Sendable (TLSVerification) -> Bool

  private let check: TLSPeernameCheck?
  private let callback: Callback?
  private let peername: String?

  /// - Parameters:
  ///   - check: how names are compared; nil if they are not, or if OpenSSL does it.
  ///   - callback: has the last word.
  ///   - peername: the name of the other end.
  init(_ check: TLSPeernameCheck?, _ callback: Callback?, peername: String?) {
    self.check = check
    self.callback = callback
    self.peername = peername
  }

  /// Has OpenSSL ask this object, which must live as long as the session.
  func attach(to session: OpaquePointer) {
    SSL_set_ex_data(session, 0, Unmanaged.passUnretained(self).toOpaque())
  }

  /// The function that contexts with such sessions have.
  static let function: @convention(c) (CInt, OpaquePointer?) -> CInt = { isFine, store in
    guard let store,
      let session = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
      let data = SSL_get_ex_data(OpaquePointer(session), 0)
    else { return 0 }
    let verifier = Unmanaged<TLSVerifier>.fromOpaque(data).takeUnretainedValue()
    return verifier.accepts(isFine == 1, store) ? 1 : 0
  }

  private func accepts(_ isFine: Bool, _ store: OpaquePointer) -> Bool {
    guard let certificate = X509_STORE_CTX_get_current_cert(store) else { return isFine }
    let depth = X509_STORE_CTX_get_error_depth(store)
    var isFine = isFine
    if isFine, depth == 0, let check, let peername, !check.accepts(certificate, peername) {
      X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH)
      isFine = false
    }
    guard let callback else { return isFine }
    guard let cert = TLSCertificate(certificate) else { return false }
    let problem = X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(store)))
    let isAccepted = callback(
      TLSVerification(
        peername: peername, depth: Int(depth), preverify_ok: isFine,
        problem: isFine ? nil : problem.map { String(cString: $0) }, cert: cert))
    if isAccepted {
      X509_STORE_CTX_set_error(store, X509_V_OK)
    } else if isFine {
      X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
    }
    return isAccepted
  }
}
