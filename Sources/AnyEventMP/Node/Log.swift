import AnyEvent

/// The log contexts of a node, named as those of the Perl modules.
enum Log {
  static let kernel = LogContext("AnyEvent::MP::Kernel")
  static let transport = LogContext("AnyEvent::MP::Transport")
  static let global = LogContext("AnyEvent::MP::Global")
}

/// Log lines that a peer can cause as often as it likes: a few a minute for each of them.
final class PeerLog {
  private unowned let loop: Loop
  private var limiter = LogRateLimiter<String>()

  init(loop: Loop) {
    self.loop = loop
  }

  /// Logs a line about a peer, unless there were too many about it.
  func log(
    _ level: LogLevel, in context: LogContext, _ message: @autoclosure () -> String,
    from peer: String
  ) {
    context.log(level, similarTo: peer, limiter: &limiter, at: loop.now, message())
  }
}
