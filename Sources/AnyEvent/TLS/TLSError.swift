internal import AEOpenSSL
internal import COpenSSL

/// Why a TLS context cannot be made, or a TLS connection cannot be used.
///
/// The sentence holds nothing of keys, and no text of the other end.
public struct TLSError: CodedError {
  /// The kind of problem.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The configured key or certificate cannot be used.
    public static let configuration = Code(rawValue: "configuration")
    /// The other end's certificate is not valid any more, or not yet.
    public static let certificateNotValidNow = Code(rawValue: "certificateNotValidNow")
    /// The other end's certificate comes from no trusted authority.
    public static let foreignCertificate = Code(rawValue: "foreignCertificate")
    /// The other end has no certificate.
    public static let missingCertificate = Code(rawValue: "missingCertificate")
    /// The other end's certificate was revoked by its authority, or nothing is known about that.
    public static let revokedCertificate = Code(rawValue: "revokedCertificate")
    /// The other end's certificate is that of another host.
    public static let wrongName = Code(rawValue: "wrongName")
    /// The other end refuses this one, most often its certificate.
    public static let refusedByPeer = Code(rawValue: "refusedByPeer")
    /// The other end does not speak TLS.
    public static let notTLS = Code(rawValue: "notTLS")
    /// There is no version of TLS, or no method, that both ends may use.
    public static let nothingInCommon = Code(rawValue: "nothingInCommon")
    /// A record of the other end was damaged or made up.
    public static let badRecord = Code(rawValue: "badRecord")
    /// The other end closed the connection before TLS was up.
    public static let closed = Code(rawValue: "closed")
    /// Another violation of the protocol.
    public static let other = Code(rawValue: "other")
  }

  /// The kind of problem.
  public let code: Code
  /// A sentence without a full stop that says what is wrong.
  public let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  static let closed = TLSError(
    .closed, "the other end closed the connection before TLS was established")

  /// There is no context.
  package static let notConfigured = TLSError(.configuration, "no certificate is configured")

  static let unheard = TLSError(
    .other, "the other end asks for answer after answer and does not take them")

  static let noName = TLSError(
    .configuration,
    "no peername is given that the certificate of the other end could be compared with")

  static func badName(_ reason: String) -> TLSError {
    TLSError(
      .configuration,
      "the certificate of the other end cannot be compared with this peername (\(reason))")
  }

  static let notUp = TLSError(.other, "nothing can be written before TLS is established")

  static func notMade(_ reason: String) -> TLSError {
    TLSError(.configuration, "OpenSSL cannot provide TLS (\(reason))")
  }
}

extension TLSError {
  /// The error that OpenSSL has noted about a session, and empties its list.
  static func latest(of session: OpaquePointer) -> TLSError {
    let code = ERR_peek_error()
    let reason = ERR_GET_REASON(code)
    guard code != 0, ERR_GET_LIB(code) == ERR_LIB_SSL else {
      return TLSError(.other, "TLS failed (\(OpenSSLErrors.takeReason()))")
    }
    let text = OpenSSLErrors.takeReason()
    if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
      return certificate(SSL_get_verify_result(session))
    }
    if reason >= SSL_AD_REASON_OFFSET { return alert(reason - SSL_AD_REASON_OFFSET, text) }
    return violation(reason, text)
  }

  private static func violation(_ reason: CInt, _ text: String) -> TLSError {
    switch reason {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      TLSError(.missingCertificate, "the other end presents no certificate")
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
      SSL_R_UNEXPECTED_MESSAGE, SSL_R_PACKET_LENGTH_TOO_LONG,
      SSL_R_BAD_RECORD_TYPE:
      TLSError(.notTLS, "the other end does not speak TLS as we know it (\(text))")
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SHARED_CIPHER, SSL_R_NO_PROTOCOLS_AVAILABLE,
      SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_VERSION_TOO_LOW:
      TLSError(
        .nothingInCommon,
        "both ends have no version or method of TLS in common, we use 1.2 and 1.3 (\(text))")
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, SSL_R_BAD_DECOMPRESSION,
      SSL_R_ENCRYPTED_LENGTH_TOO_LONG, SSL_R_DATA_LENGTH_TOO_LONG:
      TLSError(.badRecord, "what the other end sent was damaged on the way or made up (\(text))")
    default: TLSError(.other, "the TLS connection failed (\(text))")
    }
  }

  /// The error for an alert of the other end.
  private static func alert(_ alert: CInt, _ text: String) -> TLSError {
    switch alert {
    case SSL_AD_UNKNOWN_CA, SSL_AD_BAD_CERTIFICATE, SSL_AD_CERTIFICATE_UNKNOWN,
      SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_DECRYPT_ERROR:
      TLSError(.refusedByPeer, "the other end does not trust our certificate (\(text))")
    case SSL_AD_CERTIFICATE_EXPIRED:
      TLSError(.refusedByPeer, "the other end says that our certificate has expired (\(text))")
    case SSL3_AD_NO_CERTIFICATE, TLS13_AD_CERTIFICATE_REQUIRED:
      TLSError(.refusedByPeer, "the other end wants a certificate of ours (\(text))")
    case SSL_AD_PROTOCOL_VERSION, SSL_AD_HANDSHAKE_FAILURE, SSL_AD_INSUFFICIENT_SECURITY:
      TLSError(
        .nothingInCommon,
        "the other end wants another version or method of TLS, we use 1.2 and 1.3 (\(text))")
    default: TLSError(.refusedByPeer, "the other end ended TLS (\(text))")
    }
  }

  /// The error for the other end's certificate.
  private static func certificate(_ result: Int) -> TLSError {
    switch CInt(truncatingIfNeeded: result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      TLSError(
        .certificateNotValidNow, "the certificate of the other end, or of its issuer, has expired")
    case X509_V_ERR_CERT_NOT_YET_VALID:
      TLSError(
        .certificateNotValidNow,
        "the certificate of the other end is not valid yet; compare the clocks of both hosts")
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      TLSError(.wrongName, "the certificate of the other end is that of another host")
    case X509_V_ERR_CERT_REVOKED:
      TLSError(.revokedCertificate, "the certificate of the other end was revoked by its authority")
    case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED:
      TLSError(
        .revokedCertificate,
        "ca_path has no list of revoked certificates of the other end's authority, or one that is out of date"
      )
    case X509_V_ERR_APPLICATION_VERIFICATION:
      TLSError(.foreignCertificate, "the certificate of the other end is refused by verify_cb")
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED,
      X509_V_ERR_CERT_SIGNATURE_FAILURE, X509_V_ERR_CERT_REJECTED:
      TLSError(
        .foreignCertificate,
        "the certificate of the other end is foreign: it was not issued by one that we trust")
    default:
      TLSError(
        .foreignCertificate,
        "the certificate of the other end is refused (\(text(of: result)))")
    }
  }

  private static func text(of result: Int) -> String {
    X509_verify_cert_error_string(result).map { String(cString: $0) } ?? "error \(result)"
  }
}
