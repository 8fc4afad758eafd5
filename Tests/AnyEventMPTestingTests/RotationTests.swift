import AnyEventMP
import AnyEventMPTesting
import Testing

@Suite("Changing a network while it runs") struct RotationTests {
  private func arguments(
    _ host: SimulatedHost, seeds: [SimulatedHost], _ secrets: [String]
  ) -> ConfigurationArguments {
    ConfigurationArguments(
      "simulated", nodeid: host.name, binds: [host.address], seeds: seeds.map(\.address),
      secrets: secrets, norc: true)
  }

  @Test(
    "the secret of a network is changed node by node, and nothing is lost", arguments: [1, 2, 3])
  func secrets(_ seed: UInt64) throws {
    let old = "the secret of the simulated network"
    let network = SimulatedNetwork(seed: seed)
    defer { network.close() }
    let hub = try network.addHost("hub")
    let hosts = [hub] + (try (1...7).map { try network.addHost("node/\($0)", seeds: [hub]) })
    let node = try #require(hub.node)
    #expect(network.run(until: { node.connectedNodes.count == 7 }))
    var got: [String: Int] = [:]
    let sink = node.run { rcv(port(), "tick") { (name: String) in got[name, default: 0] += 1 } }
    var sent: [String: Int] = [:]
    func load() {
      for host in hosts.dropFirst() {
        host.node?.run { snd(sink, "tick", host.name) }
        sent[host.name, default: 0] += 1
      }
      network.run(for: 0.5)
    }
    for host in hosts.dropFirst() {
      host.node?.run { mon(sink) { (reason: Message) in Issue.record("\(host.name): \(reason)") } }
    }
    for step in [["new secret of them all", old], ["new secret of them all"]] {
      for host in hosts {
        let seeds = host === hub ? [] : [hub]
        try host.node?.reload(arguments(host, seeds: seeds, step))
        load()
      }
    }
    #expect(network.run(until: { got == sent }))
    // A node that comes now has to know the new one.
    let late = try network.addHost("late", seeds: [hub])
    network.run(for: 5)
    #expect(late.node?.connectedNodes == [])
    try late.node?.reload(arguments(late, seeds: [hub], ["new secret of them all"]))
    #expect(network.run(until: { late.node?.connectedNodes == ["hub"] }))
  }

  @Test("who leaves is told apart from who is lost, by monitors of ports, of the node and of nodes")
  func leaving() throws {
    let network = SimulatedNetwork(seed: 5)
    defer { network.close() }
    let hub = try network.addHost("hub")
    let worker = try network.addHost("worker", seeds: [hub])
    let (node, leaving) = (try #require(hub.node), try #require(worker.node))
    #expect(network.run(until: { node.connectedNodes == ["worker"] }))
    let p = leaving.run { port {} }
    leaving.run { db_set("workers", "worker") }
    var reasons: [[Value]] = []
    var down: [[Value]] = []
    var got: [Int] = []
    let sink = node.run {
      mon(p) { (reason: Message) in reasons.append(reason.values) }
      mon("worker") { (reason: Message) in reasons.append(reason.values) }
      mon_nodes { (_: String, isUp: Bool, reason: Message) in
        if !isUp { down.append(reason.values) }
      }
      return rcv(port(), "n") { (n: Int) in got.append(n) }
    }
    network.run(for: 1)
    leaving.run { for n in 0..<100 { snd(sink, "n", n) } }
    leaving.leave(within: 10)
    #expect(network.run(until: { reasons.count == 2 }))
    let reason: [Value] = ["leaving", "worker", "the node leaves the network"]
    #expect(reasons == [reason, reason] && down == [reason])
    #expect(got == Array(0..<100))
    var keys: [String]?
    node.run { db_keys("workers") { keys = $0 } }
    #expect(network.run(until: { keys != nil }))
    #expect(keys == [])
  }

  @Test("a node that is frozen as it leaves, or is left by others, is lost as any other")
  func frozen() throws {
    let network = SimulatedNetwork(seed: 6)
    defer { network.close() }
    let hub = try network.addHost("hub")
    let worker = try network.addHost("worker", seeds: [hub])
    let (node, leaving) = (try #require(hub.node), try #require(worker.node))
    #expect(network.run(until: { node.connectedNodes == ["worker"] }))
    network.freeze(from: worker, to: hub)
    network.freeze(from: hub, to: worker)
    var reasons: [Message] = []
    node.run { mon("worker") { (reason: Message) in reasons.append(reason) } }
    var hasLeft = false
    leaving.leave(within: 2) { hasLeft = true }
    #expect(network.run(until: { hasLeft }, within: 5))
    #expect(network.run(until: { !reasons.isEmpty }, within: 60))
    #expect(reasons.first?[0] == "transport_error")
  }
}
