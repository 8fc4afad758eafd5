/// Why a connection is not used: a code for programs and a sentence for people.
///
/// Two refusals are equal when their ``code`` is. The sentence never holds a secret or what was sent
/// to prove one, and what it quotes from the other end is cut short and free of control characters.
public struct Refusal: Error, Sendable {
  /// What kind of problem it is.
  public let code: Code
  /// What is wrong and what to do about it, one line.
  public let reason: String

  /// A refusal with a reason of one's own, for instance `.init(.alreadyConnected, "…")`.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }
}

extension Refusal: Equatable {
  /// Whether both refusals have the same ``code``.
  public static func == (a: Refusal, b: Refusal) -> Bool { a.code == b.code }
}

extension Refusal: CustomStringConvertible {
  /// The ``reason``.
  public var description: String { reason }
}
