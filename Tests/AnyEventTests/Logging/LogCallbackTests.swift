import AnyEvent
import Dispatch
import Testing

@Suite("log callbacks")
struct LogCallbackTests {
  @Test("a log callback gets whole lines and lets them pass on")
  func logCallback() {
    let probe = LogProbe()
    let lines = Collected<String>()
    let context = probe.context("A::B")
    context.log_cb { line in
      lines.append(line)
      return false
    }
    context.log(.error, "x\ny")
    let time = "2012-03-22 01:41:43.620000 +0000"
    #expect(lines.all == ["\(time) error A::B: x\n\(time) + y\n"])
    #expect(probe.errors == lines.all)
  }

  @Test("a message that a callback consumes goes no further, but counts as logged")
  func consuming() {
    let probe = LogProbe()
    let context = probe.context("A")
    context.levels(.debug, .trace)
    context.log_cb { _ in true }
    #expect(context.log(.debug, "eaten"))
    #expect(probe.errors.isEmpty)
  }

  @Test("a message callback sees time, context, level and the raw text")
  func messageCallback() throws {
    let probe = LogProbe()
    let messages = Collected<LogMessage>()
    let catcher = probe.system.anonymousContext(title: "catcher")
    catcher.level(.warn)
    catcher.message_cb { message in
      messages.append(message)
      return false
    }
    probe.system.COLLECT.attach(catcher)
    probe.context("A::B").log(.warn, "a\u{7}\nb\n")
    probe.context("A::B").log(.note, "below")

    let message = try #require(messages.all.first)
    #expect(messages.all.count == 1)
    #expect(message.time == LogProbe.standstill)
    #expect(message.context == probe.context("A::B"))
    #expect(message.level == .warn)
    #expect(message.text == "a\u{7}\nb")
    #expect(
      message.formatted == """
        2012-03-22 01:41:43.620000 +0000 warn  A::B: a\\x07
        2012-03-22 01:41:43.620000 +0000 + b

        """)
    #expect(probe.errors.isEmpty, "a warning is still below the global level")
  }

  @Test("a formatting callback decides what the log callback gets")
  func formatting() {
    let probe = LogProbe()
    probe.system.LOG.fmt_cb { time, context, level, text in
      "<\(level.rawValue)>\(Int(time)) \(context) \(text)\n"
    }
    probe.context("A").log(.error, "x")
    #expect(probe.newLines() == ["<4>1332380503 A x"])
    probe.system.LOG.fmt_cb(nil)
    probe.context("A").log(.error, "x")
    #expect(probe.newLines() == ["error A: x"])
  }

  @Test("a formatting callback can change a part of the usual form")
  func formattingAPart() {
    let probe = LogProbe()
    let system = probe.system
    // The callback holds its own system.
    defer { system.LOG.fmt_cb(nil) }
    system.LOG.fmt_cb { time, context, level, text in
      system.default_format(time, context, level, "(1) " + text)
    }
    probe.context("A").log(.error, "x\ny")
    #expect(probe.newLines() == ["error A: (1) x", "+ y"])
    system.LOG.fmt_cb { time, _, _, text in "\(system.format_time(time))|\(text)\n" }
    probe.context("A").log(.error, "x")
    #expect(probe.errors.last == "2012-03-22 01:41:43.620000 +0000|x\n")
  }

  @Test("a context makes functions that log at one level")
  func logger() {
    let probe = LogProbe()
    let log = probe.context("A").logger(.error)
    #expect(log.isEnabled && log("x"))
    #expect(probe.newLines() == ["error A: x"])
    #expect(!probe.context("A").logger(.trace).isEnabled)
  }

  @Test("what a callback logs doesn't come back to it, but to the others")
  func callbackThatLogs() {
    let probe = LogProbe()
    let context = probe.context("sender")
    // The callback holds its own context.
    defer { context.log_cb(nil) }
    let seen = Collected<String>()
    context.message_cb { message in
      seen.append(message.text)
      context.log(.error, "while sending: \(message.text)")
      return false
    }
    context.log(.error, "first")
    context.log(.error, "second")
    #expect(seen.all == ["first", "second"])
    #expect(
      probe.newLines() == [
        "error sender: while sending: first", "error sender: first",
        "error sender: while sending: second", "error sender: second",
      ])
  }

  @Test("a callback may change the configuration it is called from")
  func callbackThatConfigures() {
    let probe = LogProbe()
    let context = probe.context("A")
    let seen = Collected<String>()
    context.message_cb { message in
      seen.append(message.text)
      context.log_cb(nil)
      probe.system.FILTER.level(.trace)
      return false
    }
    context.log(.error, "once")
    context.log(.trace, "then past it")
    #expect(seen.all == ["once"])
    #expect(probe.newLines() == ["error A: once", "trace A: then past it"])
  }

  /// Logs when it is released, as an object of a callback may.
  private final class Farewell: Sendable {
    let context: LogContext
    init(_ context: LogContext) { self.context = context }
    deinit { context.log(.error, "callback released") }
  }

  @Test("what a replaced callback held may log while it goes")
  func releasedCallbackLogs() {
    let probe = LogProbe()
    let context = probe.context("A")
    do {
      let farewell = Farewell(context)
      context.log_cb { _ in
        withExtendedLifetime(farewell) {}
        return false
      }
    }
    context.log_cb(nil)
    #expect(probe.newLines() == ["error A: callback released"])
  }

  @Test("many threads log while another configures; no message is lost or torn")
  func threads() {
    let probe = LogProbe(["AE_VERBOSE": "9"])
    let messages = Collected<String>()
    probe.system.COLLECT.message_cb { message in
      messages.append("\(message.context) \(message.text)")
      return true
    }
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for number in 0..<50 {
        if thread == 0 {
          probe.system.FILTER.level(number % 2 == 0 ? .trace : nil)
          _ = probe.system.anonymousContext(title: "passing")
          probe.context("Other::\(number)").cap(.info)
        } else {
          probe.context("T\(thread)").log(.info, "message \(number)")
        }
      }
    }
    let expected = (1..<8).flatMap { thread in (0..<50).map { "T\(thread) message \($0)" } }
    #expect(messages.all.sorted() == expected.sorted())
  }
}
