/// What an authentication line can be refused for.
extension Refusal {
  static let noCredentials = Refusal(
    .noCredentials,
    """
    nobody can be authenticated: this node has neither a secret nor a certificate (for TLS); put \
    the network's secret into its configuration file, or set a certificate
    """)

  static let malformedAuthLine = Refusal(
    .malformedAuthLine,
    "the authentication line of the other end is not method;data;framing with lower-case hex data")

  static func authMethodNotAccepted(_ method: AuthMethod, accepted: [AuthMethod]) -> Refusal {
    Refusal(
      .authMethodNotAccepted,
      """
      the other end authenticates by \(quoted(method.rawValue)), we accept \
      \(list(accepted.map(\.rawValue))) only; compare auth_accept and auth_offer in the \
      configuration file of both hosts
      """)
  }

  static let wrongSecret = Refusal(
    .wrongSecret,
    """
    the other end does not have our secret: compare the secret in the configuration file of both \
    hosts
    """)

  static let wrongDigest = Refusal(
    .wrongSecret,
    "the other end has not seen the same greetings as we: somebody in between has changed them")

  static let wrongProof = Refusal(
    .wrongSecret,
    """
    the other end has our secret by its greeting, but its proof does not fit: somebody in between \
    has changed the greetings, or replays one
    """)

  static let cryptography = Refusal(
    .cryptography,
    "OpenSSL cannot compute HMAC-SHA3-512: check that version 3 with SHA-3 is installed")
}
