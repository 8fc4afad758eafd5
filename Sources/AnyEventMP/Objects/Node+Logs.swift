public import AnyEvent

extension Node {
  /// Catches the log messages of all other nodes up to a level, or of none any more.
  ///
  /// Every node that listens, or is connected, is asked for its messages, also those that come later.
  /// Each message is logged here in the context where it was logged there, with its level, as
  /// `[node] text`, or `[node(+0.0123)] text` when the message is older by so many seconds. So what is
  /// shown depends on this process's settings (`AE_VERBOSE`, `AE_LOG`). Nothing is kept for a connection
  /// that is lost, and of a node that sends very much only 1000 messages a second are logged. A node
  /// that is `secure` sends nothing. The loop's thread only.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::LogCatcher::catch`.
  public func catchLogs(upTo level: LogLevel?) {
    loop.preconditionOnLoop()
    logs.catchLogs(upTo: level)
  }
}
