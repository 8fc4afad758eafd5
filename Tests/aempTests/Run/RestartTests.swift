import Foundation
import Testing

/// What other nodes can do about a node's restart.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct RestartTests {
  private static let node = ["nodeid", "test/node", "binds", "127.0.0.1:*", "secret", "geheimnis"]

  /// A tool that knows the node by the line that it has printed.
  private func tool(for line: String) throws -> ToolRunner {
    let tool = try ToolRunner()
    let address = try #require(line.split(separator: "\t").last)
    try tool.write(#"{"secret": "geheimnis", "seeds": ["\#(address)"]}"#)
    return tool
  }

  @Test("aemp restart starts a node anew at once, as often as it is called")
  func restart() throws {
    let node = try RunningNode(Self.node)
    var workers: Set<pid_t> = []
    for _ in 0..<3 {
      let line = try node.line()
      workers.insert(try node.worker())
      #expect(try tool(for: line).run("restart", "test/node") == ToolResult())
    }
    _ = try node.line()
    workers.insert(try node.worker())
    #expect(workers.count == 4)
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
  }

  @Test("the answer goes out before the node ends")
  func answer() throws {
    let node = try RunningNode(Self.node)
    let line = try node.line()
    #expect(
      try tool(for: line).run("eval", "test/node", "AnyEvent::Watchdog::Util::restart ()")
        == ToolResult(output: "1\n"))
    #expect(try node.line() != line)
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
  }

  @Test("a message that calls the function does as well")
  func function() throws {
    let node = try RunningNode(Self.node)
    let line = try node.line()
    #expect(
      try tool(for: line).run("snd", "test/node", "AnyEvent::Watchdog::Util::restart").code == 0)
    #expect(try node.line() != line)
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
  }

  @Test("a node that is secure is restarted by nobody else")
  func secure() throws {
    let node = try RunningNode(Self.node + ["secure", "1"])
    let line = try node.line()
    let worker = try node.worker()
    let result = try tool(for: line).run("restart", "--timeout", "1", "test/node")
    #expect(result.code == 6)
    #expect(try node.worker() == worker)
    node.signal(SIGTERM)
    let end = try node.end()
    #expect(end.output == "")
    #expect(end.errors.contains("nothing is evaluated for other nodes"))
  }
}
