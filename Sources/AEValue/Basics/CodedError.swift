/// An error with a code for programs and a sentence for people, which is its description.
///
/// Two of them are equal when their codes are, so that a program can compare an error with one that has
/// another sentence.
public protocol CodedError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The type of the codes: a struct with constants, so that later versions can have more of them.
  associatedtype Code: RawRepresentable, Hashable, Sendable where Code.RawValue == String

  /// The kind of problem.
  var code: Code { get }
}

extension CodedError {
  /// Whether both errors have the same ``code``.
  public static func == (first: Self, second: Self) -> Bool { first.code == second.code }
}
