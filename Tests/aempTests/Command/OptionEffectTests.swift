import Foundation
import Testing

@testable import AEMPTool

@Suite("Options without effect") struct OptionEffectTests {
  @Test(
    "each option is one of some command, and each that is understood is read by what does the command"
  )
  func read() throws {
    let documented = HelpTable.groups.flatMap(\.entries).flatMap(\.options).map(\.option)
    for option in Option.allCases { #expect(documented.contains(option), "--\(option.rawValue)") }
    let sources = try Self.sources()
    let labels = Mirror(reflecting: Options()).children.compactMap(\.label)
    // One field an option, and what comes from standard input.
    #expect(labels.count == Option.allCases.count + 1)
    for label in labels {
      let pattern = try Regex("ptions\\.\(label)(?![A-Za-z]| =)")
      #expect(
        sources.contains { $0.firstMatch(of: pattern) != nil }, "nothing reads \(label)")
    }
  }

  /// All of the tool but where options are parsed.
  private static func sources() throws -> [String] {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let root = package.appendingPathComponent("Sources/AEMPTool").path
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let files = names.filter { $0.hasSuffix(".swift") && !$0.hasSuffix("/Options.swift") }
    try #require(files.count > 30)
    return try files.map { try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8) }
  }

  /// The same command without and with the option; an option without an entry here does not compile.
  private static func commands(_ option: Option, _ directory: String) -> [[String]] {
    switch option {
    case .json: [["get", "'g"], ["get", "--json", "'g"]]
    case .timeout: [["ping", "--count", "1", "nobody"], ["ping", "--timeout", "0.01", "nobody"]]
    case .count: [["watch", "--timeout", "1", "'g"], ["watch", "--count", "1", "'g"]]
    case .svg:
      [["trace", "nobody"], ["trace", "--svg", directory, "seed/1"]]
    case .control: [["proxy", "list"], ["proxy", "--control", directory + "/none", "list"]]
    case .nodes: [["check"], ["check", "--nodes", "nobody"]]
    case .queue: [["check"], ["check", "--queue", "0", "--format", "nagios"]]
    // What it does is what the tests of the report see.
    case .days: [["check"], ["check", "--days", "soon"]]
    case .format: [["check"], ["check", "--format", "prometheus"]]
    case .size:
      [["bench", "--count", "1", "seed/1"], ["bench", "--count", "1", "--size", "9", "seed/1"]]
    case .framing:
      [
        ["bench", "--count", "1", "seed/1"],
        ["bench", "--count", "1", "--framing", "json", "seed/1"],
      ]
    // That it is kept is what the tests of the command see.
    case .seconds:
      [["bench", "--count", "1", "nobody#x"], ["bench", "--seconds", "0", "nobody#x"]]
    case .once: [["top", "--interval", "0"], ["top", "--once"]]
    case .interval: [["top", "--once"], ["top", "--once", "--interval", "0"]]
    case .reveal: [["showconfig"], ["showconfig", "--reveal"]]
    case .force: [["setsecret", "short"], ["setsecret", "--force", "short"]]
    case .readyDescriptor:
      [["run", "nodeid", "no node id"], ["run", "--ready-fd", "987", "nodeid", "x"]]
    case .pidFile:
      [["run", "nodeid", "no node id"], ["run", "--pid-file", directory, "nodeid", "x"]]
    // That it is followed, by what stands still, is what the tests of the supervisor see.
    case .heartbeat:
      [["run", "nodeid", "no node id"], ["run", "--heartbeat", "0.01", "nodeid", "x"]]
    }
  }

  @Test(
    "with each option a command does something else than without",
    .enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
  func effects() throws {
    let network = try TestNetwork(seedSettings: "\"connect_interval\": 0.2")
    for option in Option.allCases {
      let results = try Self.commands(option, network.tool.directory).map {
        try network.tool.run($0)
      }
      #expect(results.first != results.last, "--\(option.rawValue): \(results)")
    }
    withExtendedLifetime(network) {}
  }
}
