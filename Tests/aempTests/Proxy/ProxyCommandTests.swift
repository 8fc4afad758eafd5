import Foundation
import TestSupport
import Testing

@testable import AEMPTool

@Suite("The command proxy") struct ProxyCommandTests {
  /// A proxy that runs with its control socket, as long as this lives.
  private final class RunningProxy {
    let tool: ToolRunner
    let path: String
    private let process: Process
    private let output: Pipe

    init() throws {
      tool = try ToolRunner()
      path = tool.directory + "/control"
      let (process, _, output, _) = tool.process(["proxy", "--control", path])
      (self.process, self.output) = (process, output)
      try process.run()
      // The line says that it can be asked.
      #expect(try output.fileHandleForReading.read(upToCount: path.utf8.count + 1) != nil)
    }

    func ask(_ words: String...) throws -> ToolResult {
      try tool.run(["proxy", "--control", path] + words)
    }

    /// Ends it by a signal; its exit code.
    func end(_ signal: Int32) -> Int32 {
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      return process.terminationStatus
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
  }

  @Test("a running proxy is asked by its socket, which only its user can use, and goes with it")
  func socket() throws {
    for signal in [SIGTERM, SIGINT, SIGHUP] {
      let proxy = try RunningProxy()
      let attributes = try FileManager.default.attributesOfItem(atPath: proxy.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let made = try proxy.ask("node", "a")
      #expect(made.output.hasPrefix("127.0.0.1:") && made.code == 0)
      // It keeps its addresses.
      #expect(try proxy.ask("node", "a") == made)
      #expect(try proxy.ask("node", "b", "127.0.0.1:9").output.hasSuffix("\t127.0.0.1:9\n"))
      #expect(try proxy.ask("cut", "a", "b") == ToolResult())
      #expect(try proxy.ask("list").output == "a\tb\t0\t0\t0\t0\tcut\n")
      #expect(
        try proxy.ask("--json", "list").output
          == #"{"bytes":0,"connections":0,"delay_ms":0.0,"drop":null,"drops":0,"nodes":["a","b"],"#
          + #""passage":"cut","rate":null,"refusals":0}"# + "\n")
      #expect(try proxy.ask("wait", "a", "b", "connections", "0") == ToolResult())
      #expect(proxy.end(signal) == 0)
      #expect(!FileManager.default.fileExists(atPath: proxy.path))
    }
  }

  @Test("what makes no sense is said, with a code, and changes nothing")
  func mistakes() throws {
    let proxy = try RunningProxy()
    _ = try proxy.ask("node", "a")
    _ = try proxy.ask("node", "b")
    let mistakes: [(words: [String], code: ExitCode, begin: String)] = [
      (["cut", "a", "zzz"], .noSuchNode, "the proxy knows no node \"zzz\"; it has: a, b"),
      (["partition", "a", "zzz"], .noSuchNode, "the proxy knows no node \"zzz\""),
      (["wait", "zzz", "a", "drops", "1"], .noSuchNode, "the proxy knows no node"),
      (["cut", "a", "a"], .usage, "a link is between two nodes"),
      (["partition", "a,b", "b"], .usage, "a link is between two nodes"),
      (["partition", ",", "b"], .usage, "a group of nodes is empty"),
      (
        ["slow", "a", "b", "0"], .usage,
        "slow takes bytes a second above 0, such as 1000, not \"0\""
      ),
      (["slow", "a", "b", "-1"], .usage, "slow takes bytes a second"),
      (["slow", "a", "b", "nan"], .usage, "slow takes bytes a second"),
      (["delay", "a", "b", "-1"], .usage, "delay takes milliseconds"),
      (["drop", "a", "b", "1.5"], .usage, "drop takes a probability from 0 to 1"),
      (["drop", "a", "b", "1", "x"], .usage, "the seed of drop is a whole number"),
      (["cut", "a"], .usage, "the proxy takes: cut A B"),
      (["wait", "a", "b", "luck", "1"], .usage, "the proxy takes: wait A B"),
      (["node", "x", "nowhere"], .usage, "the target of a node is HOST:PORT"),
      (["node", "a#b"], .usage, "\"a#b\" is no node id"),
      (["bogus"], .usage, "the proxy has no command \"bogus\"; it has: node NODE"),
    ]
    for (words, code, begin) in mistakes {
      let result = try proxy.tool.run(["proxy", "--control", proxy.path] + words)
      #expect(result.code == code.rawValue, "\(words)")
      #expect(result.errors.hasPrefix("aemp: " + begin), "\(words): \(result.errors)")
    }
    let late = try proxy.tool.run([
      "proxy", "--control", proxy.path, "--timeout", "0.1", "wait", "a", "b", "drops", "1",
    ])
    #expect(late.code == ExitCode.timedOut.rawValue)
    #expect(late.errors == "aemp: what was waited for did not happen within 0.1 s\n")
    #expect(try proxy.ask("list") == ToolResult())
  }

  @Test("a path is taken over from a proxy that was killed, and from nothing else")
  func paths() throws {
    let proxy = try RunningProxy()
    let tool = proxy.tool
    let second = try tool.run("proxy", "--control", proxy.path)
    #expect(second.code == 1 && second.errors.hasPrefix("aemp: another proxy answers at "))
    _ = proxy.end(SIGKILL)
    let gone = try proxy.ask("list")
    #expect(gone.code == 1 && gone.errors.hasPrefix("aemp: no proxy answers at "))
    let (process, _, output, _) = tool.process(["proxy", "--control", proxy.path])
    try process.run()
    #expect(try output.fileHandleForReading.read(upToCount: 1) != nil)
    #expect(try proxy.ask("list") == ToolResult())
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    try tool.write("{}")
    let file = try tool.run("proxy", "--control", tool.file)
    #expect(file.code == 1 && file.errors.contains(" is there and no socket; "))
    #expect(try tool.text() == "{}")
    let nowhere = try tool.run("proxy", "--control", tool.directory + "/none/control")
    #expect(nowhere.code == 1 && nowhere.errors.contains("name another path with --control"))
    let long = try tool.run("proxy", "--control", "/" + String(repeating: "x", count: 200), "list")
    #expect(long.code == 1 && long.errors.hasPrefix("aemp: no proxy answers at "))
  }

  @Test("commands come from standard input, too, each after the one before it")
  func input() throws {
    let tool = try ToolRunner()
    let result = try tool.run(
      "proxy", input: "node a 127.0.0.1:9\nnode b\n\nwait a b drops 0\nsilence a b\nlist\nbogus\n")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.last == "a\tb\t0\t0\t0\t0\tsilent")
    #expect(result.errors.hasPrefix("aemp: the proxy has no command \"bogus\""))
    #expect(result.code == ExitCode.usage.rawValue)
    let lonely = try tool.run("proxy", "list")
    #expect(lonely.code == 2 && lonely.errors.hasPrefix("aemp: a command is for a proxy that runs"))
  }
}
