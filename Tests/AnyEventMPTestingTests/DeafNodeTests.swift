import AnyEventMP
import AnyEventMPTesting
import Testing

@Suite("A node that reads nothing") struct DeafNodeTests {
  @Test("costs no more than its queue, and others get their messages meanwhile and afterwards")
  func others() throws {
    let network = SimulatedNetwork(seed: 5, conditions: LinkConditions(capacity: 1000))
    defer { network.close() }
    let host = try network.addHost("sender")
    let deaf = try network.addHost("deaf", seeds: [host])
    let good = try network.addHost("good", seeds: [host])
    let sender = try #require(host.node)
    #expect(network.run(until: { sender.connectedNodes == ["deaf", "good"] }))
    network.run(for: 1)
    var got: [Int] = []
    let p = try #require(good.node).run {
      rcv(port(), "number") { (n: Int, _: String) in got.append(n) }
    }
    var reasons: [Message] = []
    sender.monitor(PortID("deaf#p")) { reasons.append($0) }
    sender.queueLimit = 100_000
    network.freeze(from: host, to: deaf)
    let text = String(repeating: "x", count: 1000)
    for n in 0..<90 {
      sender.run {
        snd("deaf#p", text)
        snd(p.id, "number", n, text)
      }
      #expect(network.run(until: { got.last == n }, within: 1))
    }
    let queued = sender.queuedBytes(for: "deaf")
    #expect(queued > 80_000 && queued <= 100_000)
    #expect(reasons.isEmpty)
    sender.run { for _ in 0..<20 { snd("deaf#p", text) } }
    #expect(network.run(until: { !reasons.isEmpty }, within: 1))
    #expect(reasons == [["transport_error", "deaf", "too much queued"]])
    #expect(sender.queuedBytes(for: "deaf") == 0)
    sender.run { snd(p.id, "number", 100, text) }
    #expect(network.run(until: { got.last == 100 }, within: 1))
    #expect(got == Array(0..<90) + [100])
  }
}
