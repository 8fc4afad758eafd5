/// Logs at one level in one context: `let debug = AE.logger(.debug); debug("text")`.
///
/// Corresponds to Perl's AnyEvent::Log::logger.
public struct LogFunction: Sendable {
  /// Where it logs.
  public let context: LogContext
  /// At which level.
  public let level: LogLevel

  /// A function that logs in the given context at the given level.
  public init(_ context: LogContext, _ level: LogLevel) {
    self.context = context
    self.level = level
  }

  /// True if a message would be logged somewhere; follows changes of the configuration.
  @inlinable
  public var isEnabled: Bool { context.isEnabled(level) }

  /// Logs a message; returns true if it was logged somewhere.
  @inlinable @discardableResult
  public func callAsFunction(_ message: @autoclosure () -> String) -> Bool {
    guard isEnabled else { return false }
    return context.deliver(level, message)
  }
}
