/// The sentences, in the order in which a handshake can meet them.
extension Refusal {
  static func notAEMP(_ line: String) -> Refusal {
    Refusal(
      .malformedGreeting,
      """
      the other end does not speak AEMP, it says \(quoted(line)): check host and port of the \
      address
      """)
  }

  static let tooFewFields = Refusal(
    .malformedGreeting,
    "the greeting of the other end has too few fields: it does not speak AEMP as we know it")

  static let tooManyFields = Refusal(
    .malformedGreeting,
    "the greeting of the other end has too many fields: it does not speak AEMP as we know it")

  static func wrongVersion(_ version: String) -> Refusal {
    Refusal(
      .wrongVersion,
      """
      the other end speaks version \(quoted(version)) of AEMP, we speak \(Greeting.version): both \
      need software of the same generation
      """)
  }

  static func wrongProtocol(_ name: String) -> Refusal {
    Refusal(
      .wrongProtocol,
      "the address we dialled answers with the protocol \(quoted(name)), which only diallers use")
  }

  static func invalidNodeID(_ id: String) -> Refusal {
    Refusal(
      .invalidNodeID,
      "the other end calls itself \(quoted(id)): node ids consist of A-Z a-z 0-9 _ - . : / only")
  }

  static func invalidOwnNodeID(_ id: String) -> Refusal {
    Refusal(
      .invalidNodeID,
      """
      \(quoted(id)) cannot be our node id: use the characters A-Z a-z 0-9 _ - . : / only, and at \
      least one
      """)
  }

  static func invalidOwnProtocol(_ name: String) -> Refusal {
    Refusal(.wrongProtocol, "\(quoted(name)) is no protocol name: use aemp or aemp-NAME")
  }

  static let ownLineTooLong = Refusal(
    .lineTooLong,
    """
    our greeting does not fit into a line of \(GreetingLines.maximumLength) bytes: use a shorter \
    node id or shorter keys
    """)

  static let ownLineBroken = Refusal(
    .lineBreak, "our greeting has a line break inside: take it out of the keys or the nonce")

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

  static let noCredentials = Refusal(
    .noCredentials,
    """
    nobody can be authenticated: this node has neither a secret nor a certificate (for TLS); put \
    the network's secret into its configuration file, or set a certificate
    """)

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
      the connection would not be encrypted: the other end does not speak secretbox_x25519 \
      (AnyEvent::MP 2.02 never does), and auth_accept here allows nothing but \
      \(list(accepted.map(\.rawValue))); compare auth_accept and auth_offer in the configuration \
      file of both hosts
      """)
  }

  static let unusableKey = Refusal(
    .unusableKey,
    "the public key of the other end is of low order: nothing could be kept secret with it")

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

  static func framingNotUnderstood(_ framing: String, ours: [Framing]) -> Refusal {
    Refusal(
      .noCommonFraming,
      """
      the other end wants to send framing \(quoted(framing)), we understand \
      \(list(ours.map(\.rawValue))) only; compare framing_format in the configuration file of both \
      hosts
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

  /// What we know of the reason decides what is advised.
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

  static let cryptography = Refusal(
    .cryptography,
    "OpenSSL cannot compute HMAC-SHA3-512: check that version 3 with SHA-3 is installed")

  /// Foreign text fit for a log line: printable ASCII in quotes, at most 60 characters.
  static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { scalar in
      (0x20...0x7e).contains(scalar.value) && scalar != "'" ? Character(scalar) : "."
    }
    return "'\(String(shown))\(text.unicodeScalars.count > 60 ? "…" : "")'"
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : quoted(names.joined(separator: ","))
  }
}
