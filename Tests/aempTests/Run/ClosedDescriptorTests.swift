import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct ClosedDescriptorTests {
  @Test(
    "a node and its supervisor leave the numbers of closed standard descriptors alone",
    arguments: (1..<8).map { bits in (0...2).filter { bits & 1 << $0 != 0 } })
  func run(_ closed: [Int]) throws {
    let closing = closed.map { $0 == 0 ? "0<&-" : "\($0)>&-" }.joined(separator: " ")
    let tool = try ToolRunner()
    let node = try RunningNode(
      tool: tool,
      shell: """
        exec 7>&1 \(closing); exec "$aemp" gensecret run --ready-fd 7 --pid-file node.pid nodeid a \
        binds 127.0.0.1:0
        """, directory: tool.directory)
    #expect(try node.line().hasPrefix("a\t127.0.0.1:"))
    for pid in [node.supervisor, try node.worker()] {
      for number in closed {
        let link = try FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/\(pid)/fd/\(number)")
        #expect(link == "/dev/null")
      }
    }
    node.signal(SIGTERM)
    node.process.waitUntilExit()
    #expect(node.process.terminationStatus == 0)
  }
}
