/// Why a sealed stream is not read any further: a code for programs and a sentence for people.
///
/// Two errors are equal when their ``code`` is. The sentence holds nothing that was sent.
public struct RecordError: Error, Sendable, CustomStringConvertible {
  /// What kind of problem it is.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A record cannot have this length.
    public static let wrongLength = Code(rawValue: "wrongLength")
    /// A record was changed, repeated, left out or made by somebody else.
    public static let notAuthentic = Code(rawValue: "notAuthentic")
    /// The connection ended before the stream did.
    public static let truncated = Code(rawValue: "truncated")
    /// Something follows the end of the stream.
    public static let afterEnd = Code(rawValue: "afterEnd")
  }

  /// What kind of problem it is.
  public let code: Code
  /// What is wrong, one line.
  public let description: String

  static func wrongLength(_ length: UInt32) -> RecordError {
    RecordError(
      code: .wrongLength, description: "a sealed record cannot have a length of \(length) bytes")
  }

  static let notAuthentic = RecordError(
    code: .notAuthentic,
    description: "a sealed record cannot be opened: somebody has changed what was sent")

  /// The connection ended before the stream did.
  public static let truncated = RecordError(
    code: .truncated,
    description: "the connection was cut: the other node's sealed stream has no end")

  static let afterEnd = RecordError(
    code: .afterEnd, description: "something follows the end of the sealed stream")
}

extension RecordError: Equatable {
  /// Whether both errors have the same ``code``.
  public static func == (a: RecordError, b: RecordError) -> Bool { a.code == b.code }
}
