import Foundation
import Testing

/// What other nodes can do about a whole node: have its configuration read again, and have it leave.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct ChangeTests {
  private static let file =
    #"{"nodeid": "test/node", "binds": ["127.0.0.1:*"], "secret": "geheimnis geheimnis""#

  /// A node with a file of its own, and a tool that finds it.
  private func start(_ more: String = "}") throws -> (
    node: RunningNode, file: ToolRunner, ToolRunner
  ) {
    let file = try ToolRunner()
    try file.write(Self.file + more)
    let node = try RunningNode(tool: file)
    let address = try #require(try node.line().split(separator: "\t").last)
    let tool = try ToolRunner()
    try tool.write(#"{"secret": "geheimnis geheimnis", "seeds": ["\#(address)"]}"#)
    return (node, file, tool)
  }

  @Test("aemp reload says what has changed and what has not, as text and as JSON")
  func reload() throws {
    let (node, file, tool) = try start()
    #expect(try tool.run("reload", "test/node") == ToolResult(output: "nothing has changed\n"))
    try file.write(Self.file + #", "heartbeat": 3, "services": ["f"]}"#)
    #expect(
      try tool.run("reload", "--json", "test/node").output.split(separator: "\n").first
        == #"{"applied":true,"setting":"heartbeat","text":"heartbeat is 3 instead of 5"}"#)
    #expect(
      try tool.run("reload", "test/node")
        == ToolResult(
          output:
            "services is [\"f\"] instead of [] from the next start on: services are started when the node joins the network\n"
        ))
    try file.write(Self.file)
    let broken = try tool.run("reload", "test/node")
    #expect(broken.code == 1)
    #expect(broken.errors.hasPrefix("aemp: test/node goes on as before: \(file.file):1:"))
    try FileManager.default.removeItem(atPath: file.file)
    let gone = try tool.run("reload", "test/node")
    #expect(gone.errors.contains("the configuration file \(file.file) is gone; put it back"))
    node.signal(SIGTERM)
    #expect(try node.end().code == 0)
  }

  @Test("aemp leave ends a node with its supervisor, and is done when it is gone")
  func leave() throws {
    let (node, _, tool) = try start()
    #expect(try tool.run("leave", "test/node") == ToolResult())
    #expect(try node.end() == ToolResult())
    #expect(try tool.run("leave", "--timeout", "5", "test/node").code == 3)
  }

  @Test("a node that is secure does neither for others, and it is said why")
  func secure() throws {
    let (node, _, tool) = try start(#", "secure": 1}"#)
    for command in ["reload", "leave"] {
      let result = try tool.run(command, "test/node")
      #expect(result.code == 1)
      #expect(result.errors.contains("it is secure, or its program does not allow it"))
    }
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
  }

  @Test("a node that is not there, and one that is stopped, are said to be so")
  func missing() throws {
    let (node, _, tool) = try start()
    let worker = try node.worker()
    #expect(try tool.run("reload", "--timeout", "1", "test/nobody").code != 0)
    kill(worker, SIGSTOP)
    let result = try tool.run("leave", "--timeout", "1", "test/node")
    #expect(result.code != 0 && !result.errors.isEmpty)
    kill(worker, SIGCONT)
    node.signal(SIGTERM)
    #expect(try node.end().code == 0)
  }
}
