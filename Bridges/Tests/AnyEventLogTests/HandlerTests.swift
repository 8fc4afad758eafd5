import AnyEvent
import AnyEventLog
import Logging
import Synchronization
import Testing

@Suite("loggers whose backend are log contexts")
struct HandlerTests {
  @Test("each level of swift-log has its own in a context, and comes back as itself")
  func levels() {
    let probe = LogProbe()
    var logger = Logger(probe.system.context("Shop::Orders"))
    logger.logLevel = .trace
    for level in Logger.Level.allCases { logger.log(level: level, "text") }
    #expect(
      probe.written
        == ["trace", "debug", "info ", "note ", "warn ", "error", "crit "]
        .map { "\($0) Shop::Orders: text" })
    for level in Logger.Level.allCases { #expect(Logger.Level(LogLevel(level)) == level) }
  }

  @Test("a logger lets pass what its context would log somewhere, and follows changes")
  func followsContexts() {
    let probe = LogProbe(verbosity: "warn")
    let logger = Logger(probe.system.context("Shop"))
    #expect(logger.logLevel == .warning)
    probe.system.FILTER.level(.debug)
    #expect(logger.logLevel == .debug)
    probe.system.FILTER.level(nil)
    #expect(logger.logLevel == .critical)
    logger.critical("to nobody")
    #expect(probe.written.isEmpty)
  }

  @Test("a text that nobody wants is not made")
  func lazyText() {
    let probe = LogProbe(verbosity: "warn")
    let logger = Logger(probe.system.context("Shop"))
    let made = Atomic(0)
    func text() -> Logger.Message {
      made.add(1, ordering: .relaxed)
      return "text"
    }
    logger.info(text())
    #expect(made.load(ordering: .relaxed) == 0)
    logger.warning(text())
    #expect(made.load(ordering: .relaxed) == 1)
  }

  @Test("a level that was set holds for the logger and its copies, not for others")
  func ownLevel() {
    let probe = LogProbe()
    let context = probe.system.context("Shop")
    var first = Logger(context)
    let second = first
    first.logLevel = .error
    let third = first
    #expect(second.logLevel == .trace && third.logLevel == .error)
    third.info("stopped")
    third.error("passes")
    second.info("passes, too")
    #expect(probe.written == ["error Shop: passes", "info  Shop: passes, too"])
  }

  @Test("metadata stand behind the text, in the order of their keys; the message's own win")
  func metadata() {
    let probe = LogProbe()
    var logger = Logger(
      probe.system.context("Shop"), metadataProvider: .init { ["trace": "abc", "b": "provided"] })
    logger[metadataKey: "a"] = "1"
    logger[metadataKey: "b"] = "handler"
    logger.info("text")
    logger.info("text", metadata: ["b": "own", "list": ["x", "y z"], "table": ["k": "v"]])
    logger[metadataKey: "a"] = nil
    logger.info("text", metadata: ["number": .stringConvertible(7)])
    #expect(
      probe.written == [
        "info  Shop: text a=1 b=provided trace=abc",
        "info  Shop: text a=1 b=own list=[x,\"y z\"] table={k=v} trace=abc",
        "info  Shop: text b=provided number=7 trace=abc",
      ])
  }

  @Test(
    "a value of somebody else cannot look like another key, or like another line",
    arguments: [
      ("x y=1", #""x y=1""#), ("", #""""#), (#"a"b\c"#, #""a\"b\\c""#), ("a\nb", #""a\nb""#),
      ("é", "é"),
    ])
  func quoting(value: String, written: String) {
    let probe = LogProbe()
    Logger(probe.system.context("Shop")).info("text", metadata: ["key": "\(value)"])
    #expect(probe.written == ["info  Shop: text key=\(written)"])
  }

  @Test("an error of the message is named")
  func error() {
    struct Broken: Error, CustomStringConvertible {
      let description = "it is broken"
    }
    let probe = LogProbe()
    let handler = AnyEventLogHandler(probe.system.context("Shop"))
    handler.log(
      event: LogEvent(
        level: .error, message: "failed", error: Broken(), metadata: nil, source: "Shop",
        file: #fileID, function: #function, line: #line))
    #expect(probe.written == [#"error Shop: failed error="it is broken""#])
  }

  @Test("the label of a logger names the package of its context")
  func label() {
    #expect(AnyEventLogHandler(label: "Bridge::Tests").context == LogContext("Bridge::Tests"))
  }

  @Test("loggers may be used on any thread")
  func threads() async {
    let probe = LogProbe()
    let context = probe.system.context("Shop")
    let got = Collected<String>()
    context.message_cb { message in
      got.append(message.text)
      return true
    }
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          var logger = Logger(context)
          logger[metadataKey: "task"] = "\(task)"
          for number in 0..<100 { logger.info("\(number)") }
        }
      }
    }
    #expect(Set(got.all).count == 800)
  }
}
