import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct CheckCommandTests {
  @Test("a network in which all is well is a line and exit code 0; what is missing is named")
  func states() throws {
    let network = try TestNetwork()
    _ = try network.start("worker/1")
    let well = try network.run("check", "--nodes", "seed/1,worker/", "--count", "2")
    #expect(well.code == 0 && well.errors == "")
    #expect(well.output.hasPrefix("AEMP OK - 2 nodes, 1 connection, "), "\(well)")
    #expect(well.output.split(separator: "\n").count == 1)
    let missing = try network.run("check", "--nodes=seed/1,other", "--count", "3")
    #expect(missing.code == 2)
    #expect(
      missing.output.hasPrefix("AEMP CRITICAL - other is missing; 2 of 3 nodes are there | "),
      "\(missing)")
    let json = try network.run("check", "--json")
    #expect(json.code == 0 && json.output.hasPrefix("{"))
    let figures = try network.run("check", "--format", "prometheus")
    #expect(figures.output.contains("aemp_node_up{node=\"worker/1\"} 1\n"), "\(figures)")
  }

  @Test("a node that stands still does not answer, and a node without its own answer is no trouble")
  func frozen() throws {
    let network = try TestNetwork(seedSettings: "\"heartbeat_timeout\": 300")
    let node = try network.start("worker/1", "\"secure\": true")
    #expect(try network.run("check", "--nodes", "worker/1").code == 0)
    let worker = try node.worker()
    kill(worker, SIGSTOP)
    defer { kill(worker, SIGCONT) }
    let frozen = try network.run("check", "--timeout", "4")
    #expect(frozen.code == 2)
    #expect(frozen.output.contains("worker/1 does not answer"), "\(frozen)")
  }

  @Test("what keeps the check from its work is a line, too, with the state that it has")
  func unknown() throws {
    let network = try TestNetwork()
    let stranger = try network.stranger().run("check")
    #expect(stranger.code == 3 && stranger.errors == "")
    #expect(stranger.output.hasPrefix("AEMP UNKNOWN - "), "\(stranger)")
    let alone = try ToolRunner()
    try alone.write("{\"profile\": {\"aemp\": {\"binds\": []}}}")
    let noSeeds = try alone.run("check")
    #expect(noSeeds.code == 3 && noSeeds.output.contains("has no seeds"), "\(noSeeds)")
    try alone.write(
      "{\"secret\": \"\(String(repeating: "geheim", count: 10))\", \"seeds\": [\"127.0.0.1:1\"]}")
    let gone = try alone.run("check", "--format=json")
    #expect(gone.code == 2 && gone.output.contains("\"critical\""), "\(gone)")
    let wrong = try alone.run("check", "--format", "xml")
    #expect(wrong.code == 3)
    #expect(
      wrong.errors
        == "aemp: --format takes nagios, json or prometheus, such as: --format json, not \"xml\"\n")
  }
}
