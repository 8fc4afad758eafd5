import AnyEventMP
import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct BenchCommandTests {
  @Test("rate and round trips are measured for each size, in the framing that is wanted")
  func measure() throws {
    let network = try TestNetwork()
    for framing in ["cbor", "json"] {
      let result = try network.run(
        "bench", "--json", "--count", "300", "--size", "0,1000", "--framing", framing, "seed/1")
      #expect(result.code == 0 && result.errors == "", "\(result)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 2)
      for (line, size) in zip(lines, [0, 1000]) {
        let value = try JSON.decode(Array(line.utf8))
        #expect(value["size"].int == size && value["framing"].string == framing)
        #expect(value["messages"] == 300 && value["round_trips"] == 300)
        let times = ["min", "p50", "p90", "p99", "p999", "max"].compactMap {
          value[$0 + "_ms"].double
        }
        #expect(times.count == 6 && times == times.sorted() && times[0] > 0)
        #expect((value["messages_per_second"].double ?? 0) > 0)
      }
    }
    let text = try network.run("bench", "--seconds", "0.2", "seed/1")
    #expect(text.code == 0)
    #expect(
      text.output.contains(
        #/^seed\/1, 32 bytes, cbor: \d+ messages\/s each way \([\d.]+ \w+\/s\), round trip min [\d.]+, 50 % /#
      ), "\(text)")
  }

  @Test("a node that is not there, or goes away meanwhile, is exit code 3 with its name")
  func gone() throws {
    let network = try TestNetwork(seedSettings: "\"connect_interval\": 0.2")
    #expect(
      try network.run("bench", "nobody")
        == ToolResult(errors: "aemp: cannot reach nobody: no known address\n", code: 3))
    let node = try network.start("worker/1")
    let (process, _, _, errors) = network.tool.process(["bench", "--seconds", "1000", "worker/1"])
    try process.run()
    #expect(try network.run("wait", "node", "anon/").code == 0)
    try network.kill(node)
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 3)
    #expect(String(decoding: said, as: UTF8.self).hasPrefix("aemp: cannot reach worker/1: "))
  }

  @Test(
    "options that make no sense are mistakes",
    arguments: [["--size", "-1"], ["--size", "1,"], ["--size", "9999999"], ["--seconds", "0"]])
  func mistakes(_ options: [String]) throws {
    let result = try ToolRunner().run(["bench", "x"] + options)
    #expect(result.code == 2 && result.errors.hasPrefix("aemp: \(options[0]) takes "))
  }
}
