public import Synchronization

/// What stands behind a ``LogContext``: a node of the graph that messages wander through.
@usableFromInline
final class LogNode: Sendable {
  /// The levels at which a message logged here reaches a target, here or at a slave.
  ///
  /// Computed by ``LogSystem/reassess()`` whenever the configuration changes, so that a disabled
  /// call is decided by one load, however deep the graph is.
  @usableFromInline let reach = Atomic<UInt16>(0)

  let configuration: Mutex<LogConfiguration>

  init(title: String, slaves: [LogNode] = []) {
    configuration = Mutex(LogConfiguration(title: title, slaves: slaves))
  }
}

/// The settings of one context; copied out of its lock before a callback is called.
struct LogConfiguration: Sendable {
  var title: String
  var levels = LogLevels.all
  var cap: LogLevel?
  var target = LogTarget.none
  var format: (@Sendable (Double, LogContext, LogLevel, String) -> String)?
  var slaves: [LogNode]

  /// The threads whose message is with the target just now.
  ///
  /// A target that logs itself (a network sender, say) would otherwise call itself for ever.
  var threadsInTarget: [UInt] = []
}

/// Where a context puts the messages that reach it.
enum LogTarget: Sendable {
  case none
  /// Takes the formatted text; returns true if the message goes no further.
  case line(@Sendable (String) -> Bool)
  /// Takes the message itself; returns true if it goes no further.
  case message(@Sendable (LogMessage) -> Bool)

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }
}
