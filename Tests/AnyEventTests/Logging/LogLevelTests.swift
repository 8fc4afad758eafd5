import Testing

@testable import AnyEvent

@Suite("log levels")
struct LogLevelTests {
  @Test("levels are ordered by number, the highest priority first")
  func order() {
    #expect(LogLevel.allCases.sorted() == LogLevel.allCases)
    #expect(LogLevel.allCases.map(\.rawValue) == Array(1...9))
    #expect(LogLevel.fatal < .trace)
  }

  @Test("names, aliases and digits are read")
  func names() {
    for level in LogLevel.allCases {
      #expect(LogLevel("\(level)") == level)
      #expect(LogLevel("\(level.rawValue)") == level)
    }
    let aliases: [(String, LogLevel)] = [
      ("emerg", .emerg), ("exit", .fatal), ("critical", .crit), ("err", .err), ("die", .error),
      ("warning", .warning), ("notice", .notice),
    ]
    for (name, level) in aliases { #expect(LogLevel(name) == level) }
    for name in ["", "0", "10", "Warn", " warn", "off"] { #expect(LogLevel(name) == nil) }
  }

  @Test("a set up to a level holds it and what has a higher priority")
  func sets() {
    for level in LogLevel.allCases {
      let set = LogLevels(upTo: level)
      #expect(
        LogLevel.allCases.filter { set.contains($0) } == LogLevel.allCases.filter { $0 <= level })
      #expect(LogLevels(level).contains(level))
    }
    #expect(LogLevels(upTo: nil) == [])
    #expect(LogLevels.all == LogLevels(anyOf: LogLevel.allCases.map { LogLevels($0) }))
    #expect(
      LogLevels.all == [
        .fatal, .alert, .critical, .error, .warn, .note, .info, .debug, .trace,
      ])
  }
}
