import AnyEventMP
import Testing

@testable import aemp

struct WorkerReportTests {
  private static let reports: [WorkerReport] = [
    .alive, .ready(node: "a/x", binds: ["127.0.0.1:1", "[::1]:2"]), .alive, .alive,
    .refused("\"ä\"\nis wrong"), .ready(node: "b", binds: []),
  ]

  @Test("reports arrive as they were sent, in one piece or byte by byte")
  func reading() {
    let bytes = Array(Self.reports.map(\.line).joined().utf8)
    var whole = ReportReader()
    #expect(whole.feed(bytes) == Self.reports)
    var slow = ReportReader()
    #expect(bytes.flatMap { slow.feed([$0]) } == Self.reports)
  }

  @Test("a sign of life is one byte")
  func sign() {
    #expect(WorkerReport.alive.line == "\n")
  }

  @Test("what is no report, or far too long for one, is left out")
  func nonsense() {
    var reader = ReportReader()
    #expect(
      reader.feed("nonsense\n[1]\n{}\n{\"node\":\"x\"}\n{\"refused\":[]}\n\n".utf8) == [.alive])
    #expect(reader.feed([UInt8](repeating: 0x20, count: ReportReader.limit + 1)) == [])
    #expect(reader.feed("\n\n".utf8) == [.alive, .alive])
  }

  @Test("what is handed over arrives as it was")
  func handover() throws {
    for (arguments, heartbeat) in [
      (ConfigurationArguments(), 0.0),
      (
        ConfigurationArguments(
          "seed", nodeid: "a/", binds: ["*:1"], services: ["S::", ["f", 1, [nil, ["a": 2.5]]]],
          secret: "ge\n\"heim", monitor_timeout: 3, secure: false, norc: true, force: true), 60
      ),
    ] {
      let line = Handover(arguments: arguments, heartbeat: heartbeat).line
      #expect(line.last == "\n")
      #expect(line.dropLast().contains("\n") == false)
      let received = try #require(Handover(line: Array(line.utf8)))
      // Normalized again, as typed values are: 3.0 has become 3, false 0.
      #expect(Handover(line: Array(received.line.utf8)) == received)
      #expect(received.heartbeat == heartbeat)
      #expect(received.arguments.profile == arguments.profile)
      #expect(received.arguments.norc == arguments.norc)
      #expect(received.arguments.force == arguments.force)
    }
  }

  @Test("typed arguments are handed over exactly")
  func typed() throws {
    // As deep as an argument may be.
    let deepest =
      #"[["f","# + String(repeating: "[", count: 510) + String(repeating: "]", count: 510) + "]]"
    var parser = CommandParser(
      try Argument.all([
        "run", "--heartbeat", "2.5", "seed", "binds", "*:*", "secure", "0", "monitor_timeout",
        "0.5", "secret", "12345678", "services", deepest, "nodeid", "%n/%u", "force", "1",
      ]))
    guard case .runNode(let arguments, let options)? = try parser.parse().last else {
      Issue.record("run is no command")
      return
    }
    #expect(options.heartbeat == 2.5)
    let handover = Handover(arguments: arguments, heartbeat: 2.5)
    #expect(Handover(line: Array(handover.line.utf8)) == handover)
  }

  @Test(
    "nothing else is taken for what a supervisor hands over",
    arguments: ["", "\n", "{}", "[]", #"{"configure":[],"heartbeat":"x"}"#, #"{"heartbeat":1}"#])
  func notHandedOver(_ text: String) {
    #expect(Handover(line: Array(text.utf8)) == nil)
  }

  @Test("a node is shown with a tab, or as JSON")
  func readyLine() {
    #expect(ReadyLine.text(node: "a/x", binds: ["h:1", "h:2"], isJSON: false) == "a/x\th:1,h:2\n")
    #expect(ReadyLine.text(node: "a/x", binds: [], isJSON: false) == "a/x\t\n")
    #expect(
      ReadyLine.text(node: "a/x", binds: ["h:1"], isJSON: true).text
        == #"{"binds":["h:1"],"node":"a/x"}"# + "\n")
  }
}
