/// The refusals between the greetings and the end of a handshake, in the order in which they can happen.
extension Refusal {
  static func wrongProtocol(_ name: String) -> Refusal {
    Refusal(
      .wrongProtocol,
      "the address we dialled answers with the protocol \(quoted(name)), which only diallers use")
  }

  static func ownNode(_ id: String) -> Refusal {
    Refusal(
      .ownNode,
      """
      I refuse to talk to myself: the other end has our node id \(quoted(id)); if it is another \
      node, give one of them another id
      """)
  }

  static func nodeIDInUse(_ id: String) -> Refusal {
    Refusal(
      .nodeIDInUse,
      "another node has our node id \(quoted(id)): give one of the two another nodeid")
  }

  static let echo = Refusal(
    .echo, "the other end sends back our own greeting: it does not know the secret (echo attack?)")

  static let equalNonces = Refusal(
    .equalNonces, "the other end uses our own nonce: it may not know the secret (replay?)")

  static let noTLS = Refusal(
    .noCommonAuthMethod,
    """
    the other end does not use TLS, and this node has a certificate but no secret: give the other \
    end a certificate, or put one secret into the configuration file of both hosts
    """)

  static func noCommonAuthMethod(
    theirs: [AuthMethod], ours: [AuthMethod], inTLS: Bool
  ) -> Refusal {
    let advice =
      if theirs.isEmpty {
        """
        it has neither the secret nor a certificate, or auth_accept there leaves nothing; put the \
        network's secret into its configuration file
        """
      } else if !inTLS, theirs.allSatisfy(\.needsTLS) {
        """
        it wants TLS, which one of us has no certificate for; put the network's cert into the \
        configuration file of both hosts
        """
      } else {
        "compare secret, cert, auth_accept and auth_offer in the configuration file of both hosts"
      }
    return Refusal(
      .noCommonAuthMethod,
      """
      no common authentication method: the other end accepts \(list(theirs.map(\.rawValue))), we \
      may send \(list(ours.map(\.rawValue))); \(advice)
      """)
  }

  static func notSealed(accepted: [AuthMethod]) -> Refusal {
    Refusal(
      .notSealed,
      """
      the connection would not be encrypted: the other end speaks none of \
      \(list(accepted.filter(\.isSealed).map(\.rawValue))) (AnyEvent::MP 2.02 never does), and \
      auth_accept here allows nothing but \(list(accepted.map(\.rawValue))); compare auth_accept \
      and auth_offer in the configuration file of both hosts
      """)
  }

  static func noCommonFraming(theirs: [String], ours: [Framing]) -> Refusal {
    Refusal(
      .noCommonFraming,
      """
      no common framing: the other end understands \(list(theirs)), we speak \
      \(list(ours.map(\.rawValue))); compare framing_format in the configuration file of both hosts
      """)
  }

  static let ownAuthLineTooLong = Refusal(
    .lineTooLong,
    """
    our secret is too long to be sent in clear text: use a shorter one, or take cleartext out of \
    auth_accept and auth_offer
    """)

  static func framingNotUnderstood(_ framing: String, ours: [Framing]) -> Refusal {
    Refusal(
      .noCommonFraming,
      """
      the other end wants to send framing \(quoted(framing)), we understand \
      \(list(ours.map(\.rawValue))) only; compare framing_format in the configuration file of both \
      hosts
      """)
  }

  /// The other end has hung up; the facts of the authentication decide the advice.
  static func refusedByPeer(_ authentication: Handshake.Authentication) -> Refusal {
    let reason =
      if authentication.isSecretShared || !authentication.method.needsSecret {
        """
        \(authentication.isSecretShared ? ", although it has our secret" : ""); its log says why: see \
        whether another node has our node id, and compare auth_accept and auth_offer in the \
        configuration file of both hosts
        """
      } else {
        """
        ; its log says why: compare the secret in the configuration file of both hosts, and see \
        whether another node has our node id
        """
      }
    return Refusal(.refusedByPeer, "the other end hung up on our authentication\(reason)")
  }

  static func lineTooLong(_ stage: String) -> Refusal {
    Refusal(
      .lineTooLong,
      """
      the other end sends a line of more than \(GreetingLines.maximumLength) bytes as its \
      \(stage): it does not speak AEMP
      """)
  }

  static func notUTF8(_ stage: String) -> Refusal {
    Refusal(.notUTF8, "the other end's \(stage) is not UTF-8 text: it does not speak AEMP")
  }

  static let tooMuchData = Refusal(
    .tooMuchData, "the other end sends data although the handshake is not over")

  static func endOfStream(_ stage: String, isAddressDoubtful: Bool) -> Refusal {
    Refusal(
      .endOfStream,
      """
      the other end closed the connection before its \(stage) was complete\
      \(isAddressDoubtful ? Self.doubt : "; its log may say why")
      """)
  }

  private static let doubt =
    ": check host and port of the address; if a node is there, its log may say why"

  static let endOfStreamInTLS = Refusal(
    .endOfStream,
    """
    the other end closed the connection before its TLS handshake was complete; its log may say why: \
    if it does not trust our certificate, compare cert in the configuration file of both hosts
    """)

  static func timedOut(_ awaited: String, isAddressDoubtful: Bool) -> Refusal {
    Refusal(
      .timedOut,
      """
      the handshake was not done in time, we still waited for \(awaited)\
      \(isAddressDoubtful ? Self.doubt : "; if the line is slow, raise handshake_timeout")
      """)
  }
}
