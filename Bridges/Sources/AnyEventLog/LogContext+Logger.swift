public import AnyEvent
public import Logging

extension LogContext {
  /// Hands the messages that reach this context to a logger of swift-log.
  ///
  /// Takes the place of the context's log callback. For all messages of AnyEvent that would be written
  /// to standard error, in place of that:
  ///
  ///     LogContext.LOG.log_to_logger(Logger(label: "anyevent"))
  ///
  /// What `AE_VERBOSE` stops does not come to `LogContext.LOG`. In order to have the logger's
  /// backend alone decide, let all levels pass: `LogContext.FILTER.level(.trace)`. The source of
  /// the logger's message is the name of the context that it was logged in, such as
  /// `AnyEvent::MP::Kernel`. A backend that logs in this context again, as ``AnyEventLogHandler``
  /// does, gets each message once, and it goes no further.
  ///
  /// - Parameter logger: whose own level stops messages, too; it is called on the thread that logs.
  public func log_to_logger(_ logger: Logger) {
    message_cb { message in
      logger.log(
        level: Logger.Level(message.level), "\(message.text)", source: message.context.title)
      return false
    }
  }
}
