internal import AEValue
internal import Glibc

/// An error of the system: an `errno` and a sentence.
///
/// In the place of Perl's `$!`, whose number is ``code`` and whose text is ``reason``.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The `errno`, such as `ENOENT`.
  public let code: CInt
  /// The beginning of the sentence, such as `"cannot open /x"`; empty when the call is not known.
  private let attempt: String

  /// An error of this code; `attempt` is the beginning of the sentence, such as `"cannot open /x"`.
  public init(_ code: CInt, _ attempt: String = "") {
    self.code = code
    self.attempt = attempt
  }

  /// The error of the last call of the system on this thread: Perl's `$!`.
  ///
  /// In a callback that gets nil or false in the place of a result, it says why.
  public static var last: SystemError { SystemError(errno) }

  /// The system's words for the code, such as `"No such file or directory"`.
  public var reason: String { SystemCalls.text(for: code) }

  /// A sentence without a full stop: `"cannot open /x: No such file or directory"`.
  public var description: String { attempt.isEmpty ? reason : "\(attempt): \(reason)" }
}
