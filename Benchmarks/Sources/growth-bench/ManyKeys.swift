import AnyEvent
import AnyEventMP
import AnyEventMPTesting

/// So many keys of the global database: what one costs to set, to tell a newcomer who monitors them,
/// and to change.
enum ManyKeys {
  private static let family = "keys"
  private static let batch = 10_000

  static func measure(_ count: Int) throws {
    let network = SimulatedNetwork(
      seed: 1, conditions: LinkConditions(latency: 0.0005...0.0005, splitting: 0, capacity: 4 << 20)
    )
    defer { network.close() }
    let first = try network.addHost("first")
    let second = try network.addHost("second", seeds: [first])
    network.run(for: 1)
    guard let slave = second.node else { fail("there is no node") }
    var fields: [(String, Double)] = [("count", Double(count))]
    try Measured.time("set", count, into: &fields) {
      let arrived = keys(of: first)
      // No more at once than may wait for a node.
      for start in stride(from: 0, to: count, by: batch) {
        let end = min(start + batch, count)
        slave.run { for number in start..<end { db_set(family, "key\(number)", number) } }
        try wait(until: end, arrived, network)
      }
    }
    let before = (resident: Measured.resident, time: network.time, bytes: network.arrivedBytes)
    let third = try network.addHost("third", seeds: [first])
    try Measured.time("join", count, into: &fields) {
      try wait(until: count, keys(of: third), network)
    }
    fields.append(("join_seconds", network.time - before.time))
    fields.append(("join_bytes", Double(network.arrivedBytes - before.bytes) / Double(count)))
    fields.append(("memory", Double(Measured.resident - before.resident) / Double(count)))
    let changes = 1000
    Measured.time("change", changes, into: &fields) {
      var isThere = false
      third.node?.run {
        db_mon(family) { keys, _, _, _ in isThere = keys["key0"] == .int(-changes) }
      }
      slave.run { for number in 0..<changes { db_set(family, "key0", -1 - number) } }
      guard network.run(until: { isThere }, within: 3600) else { fail("a change does not arrive") }
    }
    Measured.print(fields)
  }

  /// Has the host's node monitor the family; the result tells how many keys it knows.
  private static func keys(of host: SimulatedHost) -> () -> Int {
    var has = 0
    host.node?.run { db_mon(family) { keys, _, _, _ in has = keys.count } }
    return { has }
  }

  private static func wait(until count: Int, _ has: () -> Int, _ network: SimulatedNetwork) throws {
    guard network.run(until: { has() == count }, within: 600) else {
      fail("only \(has()) of \(count) keys arrive")
    }
  }
}
