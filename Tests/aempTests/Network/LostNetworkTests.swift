import Foundation
import Testing

/// Commands whose network goes, comes, or was never there.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct LostNetworkTests {
  @Test("watch goes on when the seed is started anew")
  func watch() throws {
    let seed = try RunningNode(["nodeid", "seed/1", "binds", "127.0.0.1:*", "secret", "geheimnis"])
    let address = try #require(seed.line().split(separator: "\t").last)
    let tool = try ToolRunner()
    try tool.write(
      #"{"secret": "geheimnis", "seeds": ["\#(address)"], "profile": {"aemp": {"binds": []}}}"#)
    let (watch, _, output, errors) = tool.process(["watch", "f"])
    try watch.run()
    let changes = PipeReader(output)
    let (shell, lines, _, _) = tool.process(["shell"])
    try shell.run()
    try lines.fileHandleForWriting.write(contentsOf: Data("set f a\n".utf8))
    #expect(changes.line() == "+ a")
    seed.signal(SIGKILL)
    let again = try RunningNode([
      "nodeid", "seed/1", "binds", String(address), "secret", "geheimnis",
    ])
    _ = try again.line()
    try lines.fileHandleForWriting.write(contentsOf: Data("set f b\n".utf8))
    // "a" may go and come meanwhile, if the shell is later at the seed than the watch.
    var family: Set = ["a"]
    while family != ["a", "b"], let change = changes.line() { Self.apply(change, to: &family) }
    try lines.fileHandleForWriting.close()
    while !family.isEmpty, let change = changes.line() { Self.apply(change, to: &family) }
    #expect(family.isEmpty)
    kill(watch.processIdentifier, SIGTERM)
    #expect(try changes.rest() == "")
    #expect(try errors.fileHandleForReading.readToEnd() == nil)
    watch.waitUntilExit()
    #expect(watch.terminationReason == .uncaughtSignal && watch.terminationStatus == SIGTERM)
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
  }

  private static func apply(_ change: String, to family: inout Set<String>) {
    let key = String(change.dropFirst(2))
    if change.hasPrefix("+ ") {
      #expect(family.insert(key).inserted)
    } else {
      #expect(change == "- \(key)" && family.remove(key) != nil)
    }
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
