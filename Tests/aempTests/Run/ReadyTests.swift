import Foundation
import Testing

/// How a node tells that it is ready, and which process it is.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct ReadyTests {
  private static let node = "nodeid test/node binds 127.0.0.1:* secret geheimnis"

  @Test("a node that listens nowhere has no addresses, also as JSON")
  func nowhere() throws {
    let node = try RunningNode(["nodeid", "test/node", "binds", "[]"])
    #expect(try node.line() == "test/node\t")
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
    let other = try RunningNode(["--json", "nodeid", "test/node", "binds", "[]"])
    #expect(try other.line() == #"{"binds":[],"node":"test/node"}"#)
    other.signal(SIGTERM)
    #expect(try other.end() == ToolResult())
  }

  @Test("the ready descriptor gets the line and ends while the node runs; standard output goes on")
  func readyDescriptor() throws {
    let tool = try ToolRunner()
    let file = tool.directory + "/out"
    let node = try RunningNode(
      tool: tool, shell: "exec \"$aemp\" run --ready-fd 7 \(Self.node) 7>&1 >\(file)")
    let line = try node.restOfOutput()
    #expect(line.wholeMatch(of: /test\/node\t127\.0\.0\.1:[0-9]+\n/) != nil)
    let worker = try node.worker()
    #expect(RunningNode.isRunning(worker))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == line)
    node.signal(SIGTERM)
    #expect(try node.end().code == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == line)
  }

  @Test("standard output as the ready descriptor gets the line once, and stays open")
  func standardOutput() throws {
    let node = try RunningNode(["--ready-fd", "1", "nodeid", "a", "binds", "[]"])
    #expect(try node.line() == "a\t")
    kill(try node.worker(), SIGKILL)
    #expect(try node.line() == "a\t")
    node.signal(SIGTERM)
    #expect(try node.end().code == 0)
  }

  @Test(
    "a descriptor that cannot be written to is a mistake of the command line, and nothing is done",
    arguments: [("7<&-", "not open"), ("7</dev/null", "not open for writing")])
  func badDescriptor(_ redirection: String, _ problem: String) throws {
    let node = try RunningNode(
      shell: "exec \"$aemp\" gensecret run --ready-fd 7 --pid-file x.pid \(redirection)")
    #expect(
      try node.end()
        == ToolResult(
          errors:
            "aemp: --ready-fd 7: that descriptor is \(problem); open it in the shell, such as: 7>ready\n",
          code: 2))
    #expect(try FileManager.default.contentsOfDirectory(atPath: node.tool.directory) == [])
  }

  @Test(
    "options that make no sense are mistakes of the command line",
    arguments: [
      (["--ready-fd", "x"], "the number of an open file descriptor, such as: --ready-fd 3"),
      (
        ["--heartbeat", "-1"],
        "a number of seconds from 0.1, or 0 for none, such as: --heartbeat 60"
      ),
      (
        ["--heartbeat", "soon"],
        "a number of seconds from 0.1, or 0 for none, such as: --heartbeat 60"
      ),
      (["--pid-file", ""], "the name of a file, such as: --pid-file node.pid"),
    ])
  func badOptions(_ arguments: [String], _ wanted: String) throws {
    #expect(
      try RunningNode(arguments).end()
        == ToolResult(
          errors: "aemp: \(arguments[0]) takes \(wanted), not \"\(arguments[1])\"\n", code: 2))
  }

  @Test("the pid file names the supervisor as long as it runs, and keeps a second one away")
  func pidFile() throws {
    let tool = try ToolRunner()
    let path = tool.directory + "/node.pid"
    let arguments = ["--pid-file", path, "nodeid", "a", "binds", "[]"]
    let node = try RunningNode(arguments, tool: tool)
    #expect(try node.line() == "a\t")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(node.supervisor)\n")
    #expect(
      try RunningNode(arguments, tool: tool).end()
        == ToolResult(
          errors:
            "aemp: the pid file \(path) names process \(node.supervisor), which is running; stop that, or name another file\n",
          code: 1))
    // A restart leaves it as it is.
    kill(try node.worker(), SIGKILL)
    #expect(try node.line() == "a\t")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(node.supervisor)\n")
    node.signal(SIGKILL)
    #expect(try node.restOfOutput() == "")
    node.process.waitUntilExit()

    // What it has left behind is nobody's.
    let next = try RunningNode(arguments, tool: tool)
    #expect(try next.line() == "a\t")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(next.supervisor)\n")
    next.signal(SIGTERM)
    #expect(try next.end() == ToolResult())
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("of several that find an old pid file one runs")
  func severalStart() throws {
    let tool = try ToolRunner()
    let path = tool.directory + "/node.pid"
    let ended = try Process.run(URL(fileURLWithPath: "/bin/true"), arguments: [])
    ended.waitUntilExit()
    try "\(ended.processIdentifier)\n".write(toFile: path, atomically: false, encoding: .utf8)
    let nodes = try (0..<6).map { _ in
      try RunningNode(["--pid-file", path, "nodeid", "a", "binds", "[]"], tool: tool)
    }
    // Those that may not run end without a line.
    let owner = try #require(nodes.first { $0.lineIfAny() == "a\t" })
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(owner.supervisor)\n")
    for node in nodes where node !== owner {
      let result = try node.end()
      #expect(result.code == 1)
      #expect(result.output == "")
    }
    owner.signal(SIGTERM)
    #expect(try owner.end().code == 0)
  }

  @Test("a node that cannot be configured leaves no pid file behind")
  func noPidFile() throws {
    let tool = try ToolRunner()
    let result = try tool.run(
      "run", "--pid-file", tool.directory + "/node.pid", "binds", "*:4040")
    #expect(result.code == 1)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("aemp: binds: \"*:4040\" listens on all network interfaces"))
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("a node does not care whether anybody reads its output", arguments: [true, false])
  func closedOutput(_ isClosedFromTheStart: Bool) throws {
    let node = try RunningNode(
      shell: "exec \"$aemp\" run \(Self.node)\(isClosedFromTheStart ? " >&- <&-" : "")",
      environment: ["AE_VERBOSE": "8"])
    try node.closeOutput()
    for _ in 0..<3 {
      _ = try node.complaint(with: "listens on [127.0.0.1:")
      kill(try node.worker(), SIGKILL)
    }
    _ = try node.complaint(with: "listens on [127.0.0.1:")
    node.signal(SIGTERM)
    node.process.waitUntilExit()
    #expect(node.process.terminationReason == .exit)
    #expect(node.process.terminationStatus == 0)
  }
}
