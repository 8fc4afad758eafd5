/// A message on its way through the contexts, as a message callback sees it.
public struct LogMessage: Sendable {
  /// When it was logged, in seconds since 1970.
  public let time: Double
  /// The context it was logged in, not the one it is passing.
  public let context: LogContext
  /// Its level; contexts on the way with a cap may have lowered the priority.
  public internal(set) var level: LogLevel
  /// The raw text, without the newline at the end; control characters are as they were given.
  public let text: String

  /// The message as AnyEvent formats it: one or more lines, each with its newline.
  ///
  /// Corresponds to Perl's AnyEvent::Log::default_format.
  public var formatted: String {
    context.system.format.lines(time: time, title: context.title, level: level, text: text)
  }
}
