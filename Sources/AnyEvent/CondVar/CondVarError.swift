/// Why a condition variable could not be waited for, or what `croak` was given.
public struct CondVarError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, one sentence without a full stop.
  public let description: String

  /// An error with this text, as `croak("text")` makes it.
  public init(_ description: String) { self.description = description }

  /// `recv()` was called in a callback of the loop that it would have to run.
  public static let recursiveWait = CondVarError("recursive blocking wait attempted")
  /// `recv()` was called on a loop that somebody else runs.
  public static let foreignLoop = CondVarError(
    "blocking wait attempted on a loop that is run by its host: use cb instead")
  /// The loop was stopped by `stop()` while `recv()` waited.
  public static let stopped = CondVarError(
    "the event loop was stopped before the condition variable was ready")
  /// The loop was closed before the condition variable was ready.
  public static let closedLoop = CondVarError(
    "the event loop was closed before the condition variable was ready")
}
