import Foundation
import Testing

/// Commands whose network goes, comes, or was never there.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct LostNetworkTests {
  @Test("watch goes on when the seed is started anew")
  func watch() throws {
    let seed = try RunningNode(["nodeid", "seed/1", "binds", "127.0.0.1:*", "secret", "geheim"])
    let address = try #require(seed.line().split(separator: "\t").last)
    let tool = try ToolRunner()
    try tool.write(
      #"{"secret": "geheim", "seeds": ["\#(address)"], "profile": {"aemp": {"binds": []}}}"#)
    let (process, input, output, errors) = tool.process(["watch", "f", "--count", "2"])
    try process.run()
    try input.fileHandleForWriting.close()
    #expect(try tool.run("shell", input: "wait node seed/1\nset f a\n") == ToolResult())
    seed.signal(SIGKILL)
    let again = try RunningNode([
      "nodeid", "seed/1", "binds", String(address), "secret", "geheim",
    ])
    _ = try again.line()
    #expect(try tool.run("wait", "node", "seed/1") == ToolResult())
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text == "+ a\n- a\n")
    #expect(try errors.fileHandleForReading.readToEnd() == nil)
    #expect(process.terminationStatus == 0)
  }

  @Test("a port is not gone because we reach nobody")
  func portOfNobody() throws {
    let tool = try ToolRunner()
    try tool.write(
      #"{"secret": "x", "seeds": ["127.0.0.1:1"], "monitor_timeout": 0.2, "profile": {"aemp": {"binds": []}}}"#
    )
    #expect(
      try tool.run("wait", "port", "seed/1#x", "--count", "0", "--timeout", "1.5")
        == ToolResult(
          errors:
            "aemp: gave up after 1.5 s: still waiting for the port seed/1#x to go, and no seed is connected: cannot connect to 127.0.0.1:1: Connection refused\n",
          code: 6))
  }
}
