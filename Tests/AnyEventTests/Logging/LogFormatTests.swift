import Testing

@testable import AnyEvent

@Suite("log lines")
struct LogFormatTests {
  private func lines(
    _ text: String, level: LogLevel = .debug, title: String = "main", offset: Int = 0
  ) -> String {
    LogFormat(offsetFromUTC: { _ in offset })
      .lines(time: LogProbe.standstill, title: title, level: level, text: text)
  }

  private func timestamp(_ time: Double, offset: Int = 0) -> String {
    LogFormat(offsetFromUTC: { _ in offset }).timestamp(time)
  }

  @Test("a line is what users of Perl's AnyEvent know")
  func wholeLine() {
    #expect(
      lines("node starting up.", title: "AnyEvent::MP::Kernel")
        == "2012-03-22 01:41:43.620000 +0000 debug AnyEvent::MP::Kernel: node starting up.\n")
  }

  @Test(
    "levels are padded to five characters",
    arguments: zip(
      LogLevel.allCases,
      ["fatal", "alert", "crit ", "error", "warn ", "note ", "info ", "debug", "trace"]))
  func paddedLevels(level: LogLevel, name: String) {
    #expect(lines("x", level: level) == "2012-03-22 01:41:43.620000 +0000 \(name) main: x\n")
  }

  @Test("continuation lines carry the time and a plus")
  func continuation() {
    let time = "2012-03-22 01:41:43.620000 +0000"
    #expect(lines("a\nb\n\nc") == "\(time) debug main: a\n\(time) + b\n\(time) + \n\(time) + c\n")
  }

  @Test("an empty text still gives a line, newlines at the end give none")
  func emptyLines() {
    let start = "2012-03-22 01:41:43.620000 +0000 debug main: "
    #expect(lines("") == start + "\n")
    #expect(lines("\n\n") == start + "\n")
    #expect(lines("a\n\n\n") == start + "a\n")
  }

  @Test("local time and the offset from UTC are shown")
  func zones() {
    #expect(timestamp(LogProbe.standstill, offset: 19_800) == "2012-03-22 07:11:43.620000 +0530")
    #expect(timestamp(LogProbe.standstill, offset: -9000) == "2012-03-21 23:11:43.620000 -0230")
  }

  @Test(
    "dates are right around leap days, centuries and 1970",
    arguments: [
      (0.0, "1970-01-01 00:00:00.000000 +0000"),
      (-0.5, "1969-12-31 23:59:59.500000 +0000"),
      (951_782_400.0, "2000-02-29 00:00:00.000000 +0000"),
      (951_868_799.999999, "2000-02-29 23:59:59.999999 +0000"),
      (951_868_800.0, "2000-03-01 00:00:00.000000 +0000"),
      (4_107_542_400.0, "2100-03-01 00:00:00.000000 +0000"),
      (1_735_689_599.0, "2024-12-31 23:59:59.000000 +0000"),
      (-62_135_596_800.0, "0001-01-01 00:00:00.000000 +0000"),
    ])
  func dates(time: Double, text: String) {
    #expect(timestamp(time) == text)
  }

  @Test(
    "times no clock shows do not trap",
    arguments: [Double.infinity, -.infinity, .nan, .greatestFiniteMagnitude, 1e12])
  func oddTimes(time: Double) {
    #expect(timestamp(time).hasSuffix(" +0000"))
  }

  @Test("the process's own zone gives the date that the C library gives")
  func localZone() {
    let offset = LogFormat.localOffset(1_332_380_503)
    #expect(abs(offset) <= 14 * 3600)
    #expect(LogFormat.localOffset(.max) == 0, "a year that overflows is shown as UTC")
  }

  // Not arguments of the test: they would be printed as they are while it runs.
  @Test("characters that could forge a line or confuse a terminal are made visible")
  func escapes() {
    let cases = [
      ("a\rb", "a\\x0db"),
      ("a\r\nb", "a\\x0d|+ b"),
      ("\u{1b}[2J", "\\x1b[2J"),
      ("nul\0", "nul\\x00"),
      ("del\u{7f}", "del\\x7f"),
      ("c1\u{9b}31m", "c1\\x9b31m"),
      ("\u{202e}gpj.exe", "\\x{202e}gpj.exe"),
      ("line\u{2028}separator", "line\\x{2028}separator"),
      ("next\u{85}line", "next\\x85line"),
      ("tab\tstays", "tab\tstays"),
      ("größer 日本 👍🏽", "größer 日本 👍🏽"),
      ("back\\slash", "back\\slash"),
    ]
    for (text, visible) in cases {
      let parts = lines(text).unicodeScalars.split(separator: "\n").map { $0.dropFirst(33) }
      #expect(parts.map { String($0) }.joined(separator: "|") == "debug main: \(visible)")
    }
  }

  @Test("a peer's text can't pass for a line of its own")
  func forgery() {
    let forged = "x\n2012-03-22 01:41:43.620000 +0000 fatal main: shut down"
    let second = lines(forged).split(separator: "\n")[1]
    #expect(
      second == """
        2012-03-22 01:41:43.620000 +0000 + \
        2012-03-22 01:41:43.620000 +0000 fatal main: shut down
        """)
  }

  @Test("a context's title is made visible too")
  func forgedTitle() {
    #expect(lines("x", title: "a\u{1b}b").hasSuffix(" debug a\\x1bb: x\n"))
  }
}
