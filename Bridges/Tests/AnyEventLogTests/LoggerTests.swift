import AnyEvent
import AnyEventLog
import Logging
import Testing

@Suite("log contexts that log into a logger")
struct LoggerTests {
  @Test("what reaches the context goes to the logger, with the context's name as the source")
  func logger() {
    let probe = LogProbe(verbosity: "info")
    let kept = Collected<String>()
    probe.system.LOG.log_to_logger(Logger(keepingIn: kept))
    let context = probe.system.context("AnyEvent::MP::Kernel")
    context.log(.debug, "stopped by the filter")
    for level in [LogLevel.info, .note, .warn, .error, .critical, .alert, .fatal] {
      context.log(level, "text")
    }
    #expect(
      kept.all
        == ["info", "notice", "warning", "error", "critical", "critical", "critical"]
        .map { "\($0) AnyEvent::MP::Kernel: text" })
    #expect(probe.written.isEmpty)
  }

  @Test("the logger's own level stops messages, too")
  func level() {
    let probe = LogProbe()
    let kept = Collected<String>()
    var logger = Logger(keepingIn: kept)
    logger.logLevel = .error
    probe.system.LOG.log_to_logger(logger)
    probe.system.context("A").log(.warn, "stopped")
    probe.system.context("A").log(.error, "passes")
    #expect(kept.all == ["error A: passes"])
  }

  @Test("a logger that leads back to the context ends there")
  func circle() {
    let probe = LogProbe()
    probe.system.LOG.log_to_logger(Logger(probe.system.context("Shop")))
    #expect(probe.system.context("A").log(.error, "text"))
    Logger(probe.system.context("Shop")).error("text")
    #expect(probe.written.isEmpty)
  }

  @Test("both ways at once: loggers log in contexts, and contexts into another backend")
  func bothWays() {
    let probe = LogProbe()
    let kept = Collected<String>()
    probe.system.LOG.log_to_logger(Logger(keepingIn: kept))
    Logger(probe.system.context("Shop")).notice("text", metadata: ["key": "value"])
    #expect(kept.all == ["notice Shop: text key=value"])
  }
}
