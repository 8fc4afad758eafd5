/// Why a TLS context cannot be made, or a TLS connection not be used.
///
/// Two errors are equal when their ``code`` is. The sentence holds nothing of keys, and nothing that
/// the other end has made up.
public struct TLSError: Error, Sendable, CustomStringConvertible {
  /// What kind of problem it is.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Key or certificate that were configured cannot be used.
    public static let configuration = Code(rawValue: "configuration")
    /// The other end's certificate is not valid any more, or not yet.
    public static let certificateNotValidNow = Code(rawValue: "certificateNotValidNow")
    /// The other end's certificate comes from nobody that we trust.
    public static let foreignCertificate = Code(rawValue: "foreignCertificate")
    /// The other end has no certificate.
    public static let missingCertificate = Code(rawValue: "missingCertificate")
    /// The other end's certificate is that of another host.
    public static let wrongName = Code(rawValue: "wrongName")
    /// The other end refuses us, most often our certificate.
    public static let refusedByPeer = Code(rawValue: "refusedByPeer")
    /// What the other end sends is not TLS.
    public static let notTLS = Code(rawValue: "notTLS")
    /// There is no version of TLS, or no method, that both ends may use.
    public static let nothingInCommon = Code(rawValue: "nothingInCommon")
    /// What the other end sends was damaged or made up.
    public static let badRecord = Code(rawValue: "badRecord")
    /// The other end closed the connection before TLS was up.
    public static let closed = Code(rawValue: "closed")
    /// Another violation of the protocol.
    public static let other = Code(rawValue: "other")
  }

  /// What kind of problem it is.
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

extension TLSError: Equatable {
  /// Whether both errors have the same ``code``.
  public static func == (a: TLSError, b: TLSError) -> Bool { a.code == b.code }
}
