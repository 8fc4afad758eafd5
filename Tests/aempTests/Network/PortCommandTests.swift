import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct PortCommandTests {
  @Test("a message that is taken is exit code 0; a port or node that is not there has its own code")
  func send() throws {
    let network = try TestNetwork(seedSettings: "\"connect_interval\": 0.5")
    #expect(try network.run("snd", "seed/1", "devnull", "x", "{\"a\":[1]}") == ToolResult())
    #expect(
      try network.run("snd", "seed/1#none", "x")
        == ToolResult(errors: "aemp: there is no port seed/1#none\n", code: 4))
    #expect(
      try network.run("snd", "nobody", "x")
        == ToolResult(errors: "aemp: cannot reach nobody: no known address\n", code: 3))
  }

  @Test("cal prints the reply as text or as JSON, and gives up in time")
  func call() throws {
    let network = try TestNetwork()
    let time = try network.run("cal", "seed/1", "time")
    #expect(time.code == 0)
    #expect(time.errors == "")
    let seconds = try #require(Double(time.output.dropLast()))
    #expect(abs(seconds - Date().timeIntervalSince1970) < 60)
    #expect(
      try network.run("cal", "--json", "seed/1", "can", "time")
        == ToolResult(output: "{\"reply\":[\"1\"]}\n"))
    #expect(
      try network.run("cal", "--timeout", "0.2", "seed/1", "devnull")
        == ToolResult(
          errors: "aemp: gave up after 0.2 s: still waiting for an answer of seed/1\n", code: 6))
  }

  @Test("mon tells a normal end, a reason, and what was never there apart")
  func monitor() throws {
    let network = try TestNetwork()
    #expect(
      try network.run("mon", "seed/1#none")
        == ToolResult(errors: "aemp: there is no port seed/1#none\n", code: 4))
    let node = try network.start("worker/1")
    let (process, _, output, _) = network.tool.process(["mon", "worker/1", "--json"])
    try process.run()
    // It watches as soon as it is one of the network and connected to the node.
    let watching = try network.run("wait", "node", "anon/")
    #expect(watching.code == 0)
    try waitUntilConnected(network, to: "worker/1")
    try network.kill(node)
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 7)
    #expect(
      String(decoding: text, as: UTF8.self).hasPrefix(
        #"{"port":"worker/1","reason":["transport_error","worker/1",""#))
  }

  /// Waits until a node is connected to a node of the tool besides that which asks.
  private func waitUntilConnected(_ network: TestNetwork, to node: String) throws {
    var isConnected = false
    while !isConnected {
      let up = try network.run("eval", node, "AnyEvent::MP::Kernel::up_nodes")
      try #require(up.code == 0)
      isConnected = up.output.split(separator: "\n").filter { $0.hasPrefix("anon/") }.count == 2
    }
  }

  @Test("eval prints the results a line each, and an error is exit code 1")
  func evaluate() throws {
    let network = try TestNetwork()
    #expect(
      try network.run("eval", "seed/1", "1", "+", "1")
        == ToolResult(
          errors:
            "aemp: seed/1: this node is no Perl program and evaluates nothing: call a function by its name\n",
          code: 1))
    let up = try network.run("eval", "--json", "seed/1", "AnyEvent::MP::Kernel::up_nodes")
    #expect(up.code == 0)
    #expect(up.output.hasPrefix(#"{"results":["anon/"#))
  }

  @Test("ping prints one line with three times, or one object")
  func ping() throws {
    let network = try TestNetwork()
    let text = try network.run("ping", "seed/1", "--count", "3")
    #expect(text.code == 0)
    #expect(
      text.output.wholeMatch(
        of: /seed\/1: 3 round trips, min\/median\/max \d+\.\d{3}\/\d+\.\d{3}\/\d+\.\d{3} ms\n/)
        != nil, "\(text.output)")
    let json = try network.run("ping", "seed/1", "--json")
    #expect(json.output.hasPrefix(#"{"count":5,"max_ms":"#))
    #expect(json.output.hasSuffix(",\"node\":\"seed/1\"}\n"))
  }

  @Test("another secret is exit code 5, a seed that is not there 3, no seed at all 1")
  func noNetwork() throws {
    let stranger = try TestNetwork().stranger()
    // The network is gone by now, or refuses us.
    let network = try TestNetwork()
    let refused = try network.stranger().run("nodes")
    #expect(refused.code == 5)
    #expect(refused.output == "")
    #expect(refused.errors.hasPrefix("aemp: \(network.seedAddress): "))
    let unreachable = try stranger.run("nodes")
    #expect(unreachable.code == 3)
    #expect(unreachable.errors.hasPrefix("aemp: the seed cannot be reached: "))
    let lonely = try ToolRunner()
    try lonely.write(#"{"secret": "geheimgeheimgeheimgeheim", "binds": []}"#)
    #expect(
      try lonely.run("nodes")
        == ToolResult(
          errors:
            "aemp: the configuration has no seeds, so no other node can be found; name one with \"aemp addseed HOST:PORT\"\n",
          code: 1))
    let open = try ToolRunner()
    try open.write(#"{"seeds": ["127.0.0.1:4040"]}"#)
    let unprotected = try open.run("nodes")
    #expect(unprotected.code == 1)
    #expect(unprotected.errors.contains("secret"))
  }
}
