/// What a greeting can be refused for.
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
}
