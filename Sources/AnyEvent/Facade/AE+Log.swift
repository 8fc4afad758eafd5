public import Synchronization

extension AE {
  /// Logs a message in the context of the calling module.
  ///
  /// When no context wants the level, the cost is one load and one comparison, and the text isn't
  /// built. May be called from any thread. Corresponds to Perl's `AE::log debug => "text"`.
  /// - Parameters:
  ///   - level: the priority. ``LogLevel/fatal`` only logs; it doesn't end the program.
  ///   - message: the text, one or more lines; a newline at the end is dropped.
  ///   - fileID: says which module calls: its name is that of the context.
  /// - Returns: true if it was logged somewhere.
  @inlinable @discardableResult
  public static func log(
    _ level: LogLevel, _ message: @autoclosure () -> String, fileID: StaticString = #fileID
  ) -> Bool {
    guard openLogLevels.load(ordering: .relaxed) & level.mask != 0 else { return false }
    return LogContext.ofModule(fileID).log(level, message())
  }

  /// Logs a message in the given context.
  ///
  /// - Parameters:
  ///   - level: the priority. ``LogLevel/fatal`` only logs; it doesn't end the program.
  ///   - context: keep it in a `let`: looking it up costs more than a disabled call.
  ///   - message: the text, one or more lines; a newline at the end is dropped.
  /// - Returns: true if it was logged somewhere.
  @inlinable @discardableResult
  public static func log(
    _ level: LogLevel, in context: LogContext, _ message: @autoclosure () -> String
  ) -> Bool {
    context.log(level, message())
  }

  /// A function that logs at one level in the context of the calling module.
  ///
  /// Corresponds to Perl's AnyEvent::Log::logger.
  /// - Parameters:
  ///   - level: the priority.
  ///   - fileID: says which module calls.
  /// - Returns: a function that follows changes of the configuration.
  public static func logger(_ level: LogLevel, fileID: StaticString = #fileID) -> LogFunction {
    LogFunction(.ofModule(fileID), level)
  }
}
