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

  @Test("no node says of another one that it leaves")
  func relayed() throws {
    let network = SimulatedNetwork(seed: 12)
    defer { network.close() }
    let seed = try network.addHost("seed")
    let first = try network.addHost("first", seeds: [seed])
    let second = try network.addHost("second", seeds: [seed])
    let (sender, other) = (try #require(first.node), try #require(second.node))
    let relay = try #require(seed.node)
    #expect(network.run(until: { relay.connectedNodes.count == 2 }))
    var reasons: [Message] = []
    let monitor = other.monitor(PortID("seed")) { reason in reasons.append(reason) }
    var answers = 0
    let answered = sender.run { rcv(port(), "back") { answers += 1 } }
    sender.run {
      snd(PortID("seed"), "snd", "second", "x-leaving", "a lie")
      snd(PortID("seed"), "snd", "second", "snd", "\(answered.id)", "back")
    }
    // What came behind it has arrived.
    #expect(network.run(until: { answers == 1 }))
    #expect(reasons.isEmpty && other.connectedNodes.contains("seed"))
    withExtendedLifetime(monitor) {}
  }
}
