import AnyEvent

/// Log lines that a peer can cause as often as it likes: a limited number of similar lines a minute.
///
/// The number of the others is logged, and the lines themselves at the debug level.
final class PeerLog {
  private unowned let loop: Loop
  private let limits: NodeLimits
  private var limiter: LogRateLimiter<Text>
  /// The limit with which it counts.
  private var lines: Int
  private var summary: TimerWatcher?
  private static let interval = 60.0

  init(loop: Loop, limits: NodeLimits) {
    self.loop = loop
    self.limits = limits
    lines = limits.logLines
    limiter = Self.limiter(lines)
  }

  /// Begins to count anew, if the limit is another one now.
  func limitChanged() {
    guard lines != limits.logLines else { return }
    lines = limits.logLines
    limiter = Self.limiter(lines)
  }

  private static func limiter(_ lines: Int) -> LogRateLimiter<Text> {
    LogRateLimiter(lines: lines, interval: interval)
  }

  /// Logs a line, or counts it; `subject` is the peer and the kind of trouble.
  func log(
    _ level: LogLevel, in context: LogContext, _ message: @autoclosure () -> String,
    similarTo subject: String
  ) {
    guard context.isEnabled(level) else { return }
    switch limiter.admit(Text(subject), at: loop.monotonicNow) {
    case .log(let suppressed):
      if suppressed > 0 { report(subject, suppressed, level, context) }
      context.log(level, message())
    case .suppress:
      context.log(.debug, message())
      if summary == nil { scheduleSummary(level, context) }
    }
  }

  private func scheduleSummary(_ level: LogLevel, _ context: LogContext) {
    summary = loop.timer(after: Self.interval) { [unowned self] in
      summary = nil
      for (subject, suppressed) in limiter.flush(at: loop.monotonicNow) {
        report(subject?.string ?? "several peers", suppressed, level, context)
      }
      // The minute of subjects that began later is not over yet.
      if limiter.hasSuppressed { scheduleSummary(level, context) }
    }
  }

  /// Stops the clock: numbers of suppressed lines are not logged any more.
  func stop() {
    summary = nil
  }

  private func report(_ subject: String, _ count: Int, _ level: LogLevel, _ context: LogContext) {
    context.log(level, "\(subject): \(LogRateLimiter<Text>.summary(suppressed: count))")
  }
}
