import AnyEventMP
import AnyEventMPTesting
import Testing

@Suite("A node that leaves") struct LeavingTests {
  @Test(
    "waits until the others have taken what was sent, and for who takes nothing as long as is said",
    arguments: [nil, 0.0, 5.0])
  func patience(frozenFor seconds: Double?) throws {
    let network = SimulatedNetwork(seed: 11, conditions: LinkConditions(capacity: 1000))
    defer { network.close() }
    let host = try network.addHost("leaving")
    let other = try network.addHost("other", seeds: [host])
    let leaving = try #require(host.node)
    #expect(network.run(until: { leaving.connectedNodes == ["other"] }))
    network.run(for: 1)
    var got: [Int] = []
    let p = try #require(other.node).run {
      rcv(port(), "number") { (n: Int, _: String) in got.append(n) }
    }
    if seconds != nil { network.freeze(from: host, to: other) }
    var end: Double?
    let start = network.time
    leaving.run { for n in 0..<100 { snd(p.id, "number", n, String(repeating: "x", count: 100)) } }
    leaving.leave(within: seconds ?? 60) { end = network.time }
    #expect(end == nil)
    #expect(network.run(until: { end != nil }, within: 100))
    let took = (end ?? .infinity) - start
    if let seconds {
      #expect(took >= seconds && took < seconds + 0.5)
    } else {
      #expect(got == Array(0..<100))
      #expect(took < 59)
    }
    #expect(leaving.connectedNodes.isEmpty)
  }
}
