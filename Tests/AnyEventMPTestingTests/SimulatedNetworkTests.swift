import AnyEventMP
import AnyEventMPTesting
import Testing

@Suite("The simulated network") struct SimulatedNetworkTests {
  @Test("two nodes exchange messages over a slow line that cuts packets into pieces")
  func twoNodes() throws {
    let network = SimulatedNetwork(
      seed: 1, conditions: LinkConditions(latency: 0.01...0.3, splitting: 0.9, capacity: 3000))
    defer { network.close() }
    let server = try network.addHost("server")
    let client = try network.addHost("client", seeds: [server])
    var got: [Int] = []
    let p = try #require(server.node).run { rcv(port(), "number") { (n: Int) in got.append(n) } }
    for n in 0..<1000 { client.node?.run { snd(p.id, "number", n) } }
    #expect(network.run(until: { got.count == 1000 }))
    #expect(got == Array(0..<1000))
    #expect(network.openConnections == 1)
  }

  @Test("borrowed text comes whole over a line that cuts packets into pieces")
  func borrowedText() throws {
    let network = SimulatedNetwork(
      seed: 2, conditions: LinkConditions(latency: 0.01...0.3, splitting: 0.5, capacity: 3000))
    defer { network.close() }
    let server = try network.addHost("server")
    let client = try network.addHost("client", seeds: [server])
    var got: [BorrowedText] = []
    let p = try #require(server.node).run {
      rcv(port(), "text") { (text: BorrowedText) in got.append(text) }
    }
    client.node?.run { for n in 0..<300 { snd(p.id, "text", "text \(n) é \"") } }
    #expect(network.run(until: { got.count == 300 }))
    #expect(got.map { String($0) } == (0..<300).map { "text \($0) é \"" })
  }

  @Test("a run with the same seed happens exactly again", arguments: [1, 2, 3, 100, 101])
  func replay(seed: UInt64) throws {
    let first = try GuaranteeRun(seed: seed)
    let second = try GuaranteeRun(seed: seed)
    let other = try GuaranteeRun(seed: seed + 1)
    for run in [first, second, other] { _ = try run.perform() }
    #expect(first.network.fingerprint == second.network.fingerprint)
    #expect(first.network.fingerprint != other.network.fingerprint)
  }
}
