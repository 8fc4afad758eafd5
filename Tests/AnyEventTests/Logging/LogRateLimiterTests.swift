import AnyEvent
import Testing

@Suite("limiting the rate of log lines")
struct LogRateLimiterTests {
  private func limiter(lines: Int = 2, keys: Int = 2) -> LogRateLimiter<String> {
    LogRateLimiter(lines: lines, interval: 10, maximumKeys: keys)
  }

  @Test("so many lines of a key pass in an interval, then the number of the others is told")
  func oneKey() {
    var limiter = limiter()
    #expect(limiter.admit("a", at: 100) == .log(suppressedBefore: 0))
    #expect(limiter.admit("a", at: 101) == .log(suppressedBefore: 0))
    for time in 102..<110 { #expect(limiter.admit("a", at: Double(time)) == .suppress) }
    #expect(limiter.admit("a", at: 110) == .log(suppressedBefore: 8))
    #expect(limiter.admit("a", at: 111) == .log(suppressedBefore: 0))
    #expect(limiter.admit("a", at: 111) == .suppress)
  }

  @Test("keys don't disturb each other")
  func severalKeys() {
    var limiter = limiter(lines: 1)
    #expect(limiter.admit("a", at: 0) == .log(suppressedBefore: 0))
    #expect(limiter.admit("b", at: 1) == .log(suppressedBefore: 0))
    #expect(limiter.admit("a", at: 2) == .suppress)
    #expect(limiter.admit("b", at: 10) == .suppress)
    #expect(limiter.admit("a", at: 10) == .log(suppressedBefore: 1))
  }

  @Test("flush tells what no further message would")
  func flushing() {
    var limiter = limiter(lines: 1)
    for _ in 0..<5 { _ = limiter.admit("a", at: 0) }
    _ = limiter.admit("b", at: 0)
    #expect(limiter.flush(at: 9).isEmpty)
    let told = limiter.flush(at: 10)
    #expect(told.map(\.key) == ["a"])
    #expect(told.map(\.suppressed) == [4])
    #expect(limiter.flush(at: 11).isEmpty)
    #expect(limiter.admit("a", at: 11) == .log(suppressedBefore: 0))
  }

  @Test("any number of keys takes no more room than a few, and no more lines pass")
  func manyKeys() {
    var limiter = limiter(lines: 1, keys: 3)
    let passed = (0..<1000).filter { limiter.admit("peer \($0)", at: 1) != .suppress }
    #expect(passed.count == 4, "three keys, and one line for all the others together")
    let told = limiter.flush(at: 11)
    #expect(told.map(\.key) == [nil])
    #expect(told.map(\.suppressed) == [996])
  }

  @Test("keys whose interval is over make room, and what they suppressed is told all the same")
  func forgetting() {
    var limiter = limiter(lines: 1, keys: 1)
    for _ in 0..<3 { _ = limiter.admit("a", at: 0) }
    #expect(limiter.admit("b", at: 5) == .log(suppressedBefore: 0), "shared with others")
    #expect(limiter.admit("c", at: 6) == .suppress)
    #expect(limiter.admit("d", at: 10) == .log(suppressedBefore: 2))
    #expect(limiter.flush(at: 30).map(\.suppressed) == [1])
  }

  @Test("a clock that is set back begins a new interval")
  func clockSetBack() {
    var limiter = limiter(lines: 1)
    _ = limiter.admit("a", at: 1000)
    #expect(limiter.admit("a", at: 1001) == .suppress)
    #expect(limiter.admit("a", at: 10) == .log(suppressedBefore: 1))
  }

  @Test("a clock that is set back makes room too")
  func clockSetBackWhenFull() {
    var limiter = limiter(lines: 1, keys: 1)
    _ = limiter.admit("a", at: 1000)
    _ = limiter.admit("b", at: 1001)
    #expect(limiter.admit("c", at: 1002) == .suppress)
    #expect(limiter.admit("d", at: 10) == .log(suppressedBefore: 0))
    #expect(limiter.admit("d", at: 11) == .suppress, "d has the room that a had")
  }

  @Test("limits of nothing are taken as one")
  func zeroLimits() {
    var limiter = LogRateLimiter<Int>(lines: 0, interval: 10, maximumKeys: 0)
    #expect(limiter.admit(1, at: 0) == .log(suppressedBefore: 0))
    #expect(limiter.admit(1, at: 0) == .suppress)
  }

  @Test("a context logs the summary before the next line that passes")
  func lines() {
    let probe = LogProbe()
    let context = probe.context("A")
    let text = CountedText()
    var limiter = limiter(lines: 1)
    for time in [0.0, 1, 2, 10, 11, 20] {
      context.log(
        .error, similarTo: "peer", limiter: &limiter, at: time, text.build("refused at \(time)"))
    }
    #expect(
      probe.newLines() == [
        "error A: refused at 0.0",
        "error A: suppressed 2 similar messages",
        "error A: refused at 10.0",
        "error A: suppressed 1 similar message",
        "error A: refused at 20.0",
      ])
    #expect(text.timesBuilt == 3, "suppressed messages aren't built")
  }

  @Test("a level nobody wants isn't counted")
  func disabled() {
    let probe = LogProbe()
    var limiter = limiter(lines: 1)
    let context = probe.context("A")
    context.log(.warn, similarTo: "peer", limiter: &limiter, at: 0, "hidden")
    probe.system.FILTER.level(.warn)
    context.log(.warn, similarTo: "peer", limiter: &limiter, at: 1, "shown")
    #expect(probe.newLines() == ["warn  A: shown"])
  }

  @Test("knows whether there is something left to tell")
  func somethingLeft() {
    var limiter = limiter(lines: 1)
    _ = limiter.admit("a", at: 0)
    #expect(!limiter.hasSuppressed)
    _ = limiter.admit("a", at: 1)
    _ = limiter.admit("b", at: 5)
    _ = limiter.admit("b", at: 6)
    #expect(limiter.hasSuppressed)
    #expect(limiter.flush(at: 10).map(\.key) == ["a"])
    #expect(limiter.hasSuppressed, "b's interval is not over")
    #expect(limiter.flush(at: 15).map(\.key) == ["b"])
    #expect(!limiter.hasSuppressed)
  }
}
