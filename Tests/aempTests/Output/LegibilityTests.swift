import Foundation
import Testing

@testable import AEMPTool
@testable import AnyEventMP

/// What others have named never reaches standard output or standard error as it is: neither a terminal nor
/// who reads a pipe line by line takes it for anything else.
@Suite(
  "What a terminal sees",
  .enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct LegibilityTests {
  /// Of each kind one, and a line that nobody has written.
  private static let evil =
    "e\u{9b}31m\u{202e}\u{1b}[2J\nFORGED\r\u{2028}\u{2029}\u{85}\u{7f}\u{8}\u{200b}\u{ad}\u{feff}"
    + "\u{61c}\u{2066}\u{378}\u{e000}\u{e0041}\u{0}z"
  /// The same without what no argument can hold.
  private static let typed = evil.replacingOccurrences(of: "\0", with: "")

  /// Nothing in it has an effect, and what begins a line is ours.
  private static func check(_ text: String, of command: some CustomStringConvertible) {
    let raw = text.unicodeScalars.filter { scalar in
      if scalar == "\n" || scalar == "\t" { return false }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
        .surrogate:
        return true
      default: return false
      }
    }
    #expect(raw.isEmpty, "\(command): \(raw.map { String($0.value, radix: 16) })")
    for line in text.split(separator: "\n") {
      #expect(!line.hasPrefix("FORGED"), "\(command)")
    }
  }

  private static func check(_ result: ToolResult, of command: [String]) {
    let name = command.map { LegibleText.text($0, .swift) }.joined(separator: " ")
    check(result.output, of: name)
    check(result.errors, of: name)
  }

  /// As an element of a JSON array, where it may hold NUL.
  private static func json(_ values: [String]) -> String {
    Printer.json(.array(values.map(Value.string)))
  }

  // MARK: Who writes

  @Test("nothing else writes to standard output or standard error than what makes text legible")
  func writers() throws {
    let known = [
      // These write.
      "AEValue/Basics/Stopping.swift", "AnyEvent/Logging/LogHost.swift",
      "AnyEventMP/Kernel/MessageTrace.swift", "AEMPTool/Output/Output.swift",
      // These have a function of such a name, which ends in one of those.
      "AnyEvent/Logging/LogContext+Configuration.swift", "AEMPTool/Network/Errand.swift",
      // These write nothing of others, or look only where the descriptors lead.
      "AnyEventMPTesting/SeededRandom.swift", "AnyEvent/Surroundings/StandardDescriptors.swift",
      "AnyEvent/Loop/SharedPoll.swift", "AnyEvent/Processes/ChildCommand.swift",
      "AnyEvent/Processes/CommandEnds.swift", "AEMPTool/Run/ReadyLine.swift", "AEMPTool/Tool.swift",
      "AEMPTool/Shell/Shell.swift", "AEMPTool/Output/Printer.swift",
    ]
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let root = package.appendingPathComponent("Sources").path
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    var writers: Set<String> = []
    let pattern = try Regex(
      #"STD(OUT|ERR)_FILENO|writeAll\([^)]*to: [12]\b|\b(debugPrint|fputs|puts|printf|perror|NSLog|dump)\(|standardError\b|(^|[^.A-Za-z])print\("#
    )
    for name in names where name.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
      let code = text.split(separator: "\n").filter { !$0.contains("///") }
      if code.contains(where: { $0.firstMatch(of: pattern) != nil }) { writers.insert(name) }
    }
    #expect(writers.subtracting(known).sorted() == [])
  }

  // MARK: Commands without a network

  /// Each command with what others may have written, as arguments and in the file.
  private static let alone: [[String]] =
    HelpTable.groups.flatMap(\.entries).flatMap { entry in
      [[entry.names[0], evil, evil, evil], [entry.names[0], "--" + evil]]
    } + [
      [evil], ["--" + evil], ["profile", evil, evil], ["profile", evil], ["help", evil],
      ["showprofile", evil], ["showprofile", "--json", evil], ["showconfig", evil],
      ["showconfig", "--json", evil], ["showconfig", evil, "nodeid", evil],
      ["showconfig", "x", evil, "1"], ["run", "--pid-file", "/none/" + evil, "norc", "1"],
      ["run", "--heartbeat", evil], ["run", "--ready-fd", evil], ["run", evil],
      ["run", "nodeid", evil], ["trace", "--timeout", evil], ["ping", "--count", evil, "x"],
      ["wait", evil, evil], ["setcert", "/none/" + evil],
    ] + Setting.all.map { ["showconfig", $0.name, evil] }

  @Test("what is typed, and what the configuration file holds, in what every command says")
  func alone() throws {
    let tool = try ToolRunner()
    let file = Printer.json([
      "profile": .hash([
        Self.evil: ["parent": .string(Self.evil + "2"), "services": [.string(Self.evil)]],
        Self.evil + "2": ["eval": .string(Self.evil), "cert": .string(Self.evil)],
        // The tool's own must not try to reach anybody.
        "aemp": ["seeds": [], "binds": []],
      ]),
      "unknown" + Self.evil: .string(Self.evil),
    ])
    var said = ""
    for (index, command) in Self.alone.enumerated() {
      try tool.write(file)
      // As JSON they hold what no argument can.
      let typed = command.map { $0.replacingOccurrences(of: "\0", with: "") }
      let result = try tool.run(index.isMultiple(of: 2) ? typed : [Self.json(command)])
      Self.check(result, of: command)
      said += result.output + result.errors
    }
    #expect(said.contains(#"\u{202e}\u{1b}[2J\u{a}FORGED"#))
    #expect(said.contains(#"\u202e\u001b[2J\nFORGED"#))
  }

  @Test("a file that is no configuration is complained about legibly")
  func brokenFile() throws {
    let tool = try ToolRunner()
    let name = Printer.json(.string(Self.evil))
    for text in [
      Self.evil, "{\(Self.evil)}", #"{"binds": \#(name)}"#, #"{"framing_format": [\#(name)]}"#,
      #"{"auth_offer": [\#(name)]}"#, #"{"seeds": [\#(name)]}"#, #"{"monitor_timeout": \#(name)}"#,
      #"{"profile": {\#(name): 1}}"#, #"{"profile": {\#(name): {"parent": \#(name)}}}"#,
      #"{"nodeid": \#(name)}"#, #"{"services": [[\#(name), {"x": \#(name)}], {}]}"#,
    ] {
      try tool.write(text)
      for command in [["showconfig"], ["showconfig", Self.typed], ["run", Self.typed], ["nodes"]] {
        Self.check(try tool.run(command), of: command + [text])
      }
    }
  }

  // MARK: Commands in a network

  /// The commands that ask others, as text and with `--json`.
  private static let asking: [[String]] = [
    ["nodes"], ["get", typed], ["get", "family", typed], ["watch", typed],
    ["wait", "family", typed],
    ["wait", "family", "f" + typed], ["wait", "node", typed], ["wait", "port", "seed/1#" + typed],
    ["snd", "seed/1#" + typed, typed], ["snd", typed, typed], ["cal", "seed/1", typed],
    ["cal", "seed/1#" + typed, "x"], ["mon", "seed/1#" + typed], ["mon", typed],
    ["eval", "seed/1", typed], ["eval", typed, "x"], ["restart", typed], ["ping", typed],
    ["trace", typed], ["trace"],
  ]

  @Test("what other nodes say, in what every command in the network says, and in the picture")
  func network() throws {
    let network = try TestNetwork(seedSettings: "\"connect_interval\": 0.2, \"monitor_timeout\": 1")
    // Lives as long as its input, and with it what is in the database.
    let (shell, input, output, errors) = network.tool.process(["shell"])
    try shell.run()
    let name = Printer.json(.string(Self.evil))
    let family = Printer.json(.string(Self.typed))
    for line in [
      "snd $ECHO \(name) {\(name): [\(name)]}", "set \(family) \(name) \(name)",
      "set \"'l\" \(name) [\(name)]", "set \"'l\" lost/1 [\(name)]",
      "wait family \(family)", "get \(family)", "get \"'l\"", "watch \(family)",
    ] {
      try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }
    let answers = PipeReader(output)
    // Everything that it was told is done when it shows the change.
    var shown = ""
    while !shown.contains("\n+ "), let line = answers.line() { shown += "\n" + line }
    Self.check(shown, of: "shell")
    var said = shown
    let picture = network.tool.directory + "/network.svg"
    for command in Self.asking {
      for options in [["--timeout", "0.5"], ["--timeout", "0.5", "--json"]] {
        // Behind a message an option is a part of it.
        let arguments = [command[0]] + options + command.dropFirst()
        let result = try network.tool.run(arguments)
        Self.check(result, of: arguments)
        said += result.output + result.errors
      }
    }
    Self.check(try network.run("trace", "--svg", picture), of: ["trace"])
    Self.check(try String(contentsOfFile: picture, encoding: .utf8), of: "the picture")
    for line in [
      "mon $ECHO", "kil $ECHO \(name) {\(name): 1}", "set \(family) \(name)", "\(name) x",
      "=\(name)", "ping",
    ] {
      try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }
    try input.fileHandleForWriting.close()
    let rest = try answers.rest()
    let complaints = try errors.fileHandleForReading.readToEnd() ?? Data()
    Self.check(rest, of: "shell")
    Self.check(String(decoding: complaints, as: UTF8.self), of: "shell")
    shell.waitUntilExit()
    #expect(said.contains(#"\u{202e}\u{1b}[2J\u{a}FORGED"#))
    #expect(said.contains(#""e\u009b31m\u202e\u001b[2J\nFORGED"#))
  }

  @Test("the prompt, a progress line and what is shown above them, on a terminal")
  func terminal() throws {
    let network = try TestNetwork()
    let terminal = try Terminal()
    let (shell, _) = try terminal.start(
      network.tool, "shell", "#x\u{9b}\u{202e}", inputHere: true, outputHere: true)
    try terminal.wait(for: #"#x\u{9b}\u{202e}> "#)
    try terminal.type("snd $ECHO \"\\u009b\\u202e\"\n")
    try terminal.wait(for: #"echo: ["\u009b\u202e"]"#)
    try terminal.type("quit\n")
    shell.waitUntilExit()
    let (wait, _) = try terminal.start(
      network.tool, "wait", "family", "\u{9b}\u{202e}", "--timeout", "1.5")
    try terminal.wait(for: #"waiting for the family \u{9b}\u{202e}, 1 s"#)
    wait.waitUntilExit()
    try terminal.readToEnd()
    #expect(!terminal.transcript.unicodeScalars.contains { $0 == "\u{9b}" || $0 == "\u{202e}" })
  }

  @Test("what a node logs and traces")
  func node() throws {
    let name = Printer.json(.string(Self.evil))
    let seed = try RunningNode(
      tool: {
        let tool = try ToolRunner()
        try tool.write(
          """
          {"nodeid": "seed/1", "binds": ["127.0.0.1:*"], "seeds": [], "secret": "0123456789abcdef",
           "services": [\(name), [\(name), \(name)]], "framing_format": [\(name), "json"]}
          """)
        return tool
      }(), environment: ["AE_MP_TRACE": "1", "AE_VERBOSE": "9"])
    let address = try #require(seed.line().split(separator: "\t").last)
    let tool = try ToolRunner()
    try tool.write(
      #"{"seeds": ["\#(address)"], "secret": "0123456789abcdef", "profile": {"aemp": {"binds": []}}}"#
    )
    for command in [
      ["snd", "seed/1#" + Self.typed, Self.typed], ["snd", "seed/1", "snd", Self.typed + "#x"],
    ] {
      _ = try tool.run(command)
    }
    _ = try tool.run([Self.json(["snd", "seed/1", Self.evil, Self.evil])])
    seed.signal(SIGTERM)
    let result = try seed.end()
    Self.check(result, of: ["run"])
    #expect(result.errors.contains("202e"))
    #expect(result.errors.contains("RCV "))
  }
}
