import AnyEvent
import AnyEventMP
import AnyEventMPTesting

/// A network of so many nodes on virtual time, and what it costs when one more comes.
///
/// Three nodes are global; each node registers a port in a group and monitors that, so that each knows everybody.
enum Newcomer {
  private static let group = "members"
  private static let globals = 3
  /// The seconds for which the network is left alone.
  private static let idle = 60.0

  static func measure(_ count: Int) throws {
    let network = SimulatedNetwork(
      seed: 1, conditions: LinkConditions(latency: 0.0005...0.0005, splitting: 0))
    defer { network.close() }
    var known: [() -> Int] = []
    var seeds: [SimulatedHost] = []
    for number in 0..<count {
      let host = try network.addHost("node\(number)", seeds: seeds)
      if seeds.count < globals { seeds.append(host) }
      known.append(join(host))
      // They do not all come in the same moment.
      network.run(for: 0.01)
    }
    guard network.run(until: { known.allSatisfy { $0() == count } }, within: 300) else {
      fail("the nodes do not get to know each other")
    }
    network.run(for: 30)
    var fields: [(String, Double)] = [("count", Double(count))]
    let processor = Measured.processor
    let (bytes, arrivals) = (network.arrivedBytes, network.arrivals)
    network.run(for: idle)
    let nodeSeconds = Double(count) * idle
    fields.append(("idle_cpu", (Measured.processor - processor) / nodeSeconds))
    fields.append(("idle_bytes", Double(network.arrivedBytes - bytes) / nodeSeconds))
    fields.append(("idle_arrivals", Double(network.arrivals - arrivals) / nodeSeconds))

    let before = (time: network.time, bytes: network.arrivedBytes, arrivals: network.arrivals)
    let host = try network.addHost("newcomer", seeds: seeds)
    let newcomer = join(host)
    guard network.run(until: { newcomer() == count + 1 }, within: 300) else {
      fail("the newcomer does not get to know everybody")
    }
    fields.append(("knows_all", network.time - before.time))
    guard network.run(until: { known.allSatisfy { $0() == count + 1 } }, within: 300) else {
      fail("not everybody gets to know the newcomer")
    }
    fields.append(("is_known", network.time - before.time))
    fields.append(("bytes", Double(network.arrivedBytes - before.bytes)))
    fields.append(("arrivals", Double(network.arrivals - before.arrivals)))
    fields.append(("own_bytes", Double(host.arrivedBytes)))
    Measured.print(fields)
  }

  /// Has the host's node join the group; the result tells how many members it knows.
  private static func join(_ host: SimulatedHost) -> () -> Int {
    let members = Members()
    host.node?.run {
      db_reg(group, rcv(port(), "hello") {})
      db_mon(group) { family, _, _, _ in members.count = family.count }
    }
    return { members.count }
  }

  private final class Members {
    var count = 0
  }
}
