import AnyEventMP
import AnyEventMPTesting
import TestSupport
import Testing

/// What a network of so many nodes, each of which knows all members of a group, costs.
private struct Cost {
  /// The virtual seconds after which a newcomer knows everybody.
  var seconds = 0.0
  /// The bytes that have arrived at the newcomer by then.
  var ownBytes = 0
  /// The bytes and writes on the network until everybody knows the newcomer, too.
  var bytes = 0
  var arrivals = 0
  /// The bytes and writes of all nodes in a minute in which nothing happens.
  var idleBytes = 0
  var idleArrivals = 0

  init(ofNodes count: Int) throws {
    let network = SimulatedNetwork(
      seed: 1, conditions: LinkConditions(latency: 0.0005...0.0005, splitting: 0))
    defer { network.close() }
    var seeds: [SimulatedHost] = []
    var members: [Members] = []
    for number in 0..<count {
      let host = try network.addHost("node\(number)", seeds: seeds)
      if seeds.count < 2 { seeds.append(host) }
      members.append(Members(host))
    }
    try #require(network.run(until: { members.allSatisfy { $0.count == count } }))
    network.run(for: 30)
    let idle = (bytes: network.arrivedBytes, arrivals: network.arrivals)
    network.run(for: 60)
    idleBytes = network.arrivedBytes - idle.bytes
    idleArrivals = network.arrivals - idle.arrivals

    let before = (time: network.time, bytes: network.arrivedBytes, arrivals: network.arrivals)
    let host = try network.addHost("newcomer", seeds: seeds)
    let newcomer = Members(host)
    try #require(network.run(until: { newcomer.count == count + 1 }))
    seconds = network.time - before.time
    ownBytes = host.arrivedBytes
    try #require(network.run(until: { members.allSatisfy { $0.count == count + 1 } }))
    bytes = network.arrivedBytes - before.bytes
    arrivals = network.arrivals - before.arrivals
  }

  /// The members of the group that a host's node knows, one of which it is.
  private final class Members {
    private(set) var count = 0

    init(_ host: SimulatedHost) {
      host.node?.run {
        db_reg("members", rcv(port(), "hello") {})
        db_mon("members") { [unowned self] family, _, _, _ in count = family.count }
      }
    }
  }
}

@Suite("What grows with a network") struct GrowthTests {
  @Test("a newcomer knows everybody soon, and a node more costs as much as the one before it")
  func nodes() throws {
    let costs = try [8, 16, 32].map { try Cost(ofNodes: $0) }
    for cost in costs { #expect(cost.seconds <= 2) }
    /// Whether twice as many nodes more cost about twice as much more.
    func isLinear(_ value: (Cost) -> Int) -> Bool {
      let first = value(costs[1]) - value(costs[0])
      let second = value(costs[2]) - value(costs[1])
      return first >= 0 && second * 2 <= first * 5 + 400
    }
    #expect(isLinear(\.ownBytes), "\(costs)")
    #expect(isLinear(\.bytes), "\(costs)")
    #expect(isLinear(\.arrivals), "\(costs)")
    #expect(isLinear(\.idleBytes), "\(costs)")
    #expect(isLinear(\.idleArrivals), "\(costs)")
  }
}
