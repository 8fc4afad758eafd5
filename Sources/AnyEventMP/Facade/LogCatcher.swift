public import AnyEvent

/// Catches what other nodes log; what Perl has in `AnyEvent::MP::LogCatcher`.
///
///     LogCatcher.catch(.note)
///
/// As a service of a node: `aemp profile logger addservice '["AnyEvent::MP::LogCatcher::catch", 9]'`.
public enum LogCatcher {
  /// Catches the log messages of all other nodes up to a level; nil ends it.
  ///
  /// They are logged here as `[node] text`, in the context and with the level that they had there; see
  /// ``Node/catchLogs(upTo:)``.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::LogCatcher::catch`.
  public static func `catch`(_ level: LogLevel?) {
    Node.current.catchLogs(upTo: level)
  }
}
