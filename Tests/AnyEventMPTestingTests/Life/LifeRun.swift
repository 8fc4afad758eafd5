import AnyEventMP
import AnyEventMPTesting

/// A network that is slow, lossy and often busy, in which nobody dies: nobody must be taken for dead.
///
/// Lines of 64 KiB a second lose a fifth of all pieces. Now and then somebody sends more than a line takes
/// in half a minute, and somebody's loop is blocked.
final class LifeRun {
  /// How the nodes are set, and how long a callback may take.
  enum Kind: CaseIterable {
    /// One judge with the usual settings, whose own loop is blocked for up to a minute; the others, which
    /// are patient, are blocked for as long as the judge can know nothing of.
    case usualJudge
    /// All are patient, and any is blocked for up to a minute.
    case patient
    /// All have the usual settings and are blocked for as long as these bear.
    case usual
  }

  private let network: SimulatedNetwork
  private let kind: Kind
  private var watches: [Any] = []
  /// Who took whom for dead, and why.
  private(set) var convictions: [String] = []

  static let nodes = 5
  /// Seconds that a node with the usual settings may be blocked without a doubt: of 15 s, 5 s and a tick
  /// may have passed since it said something, and what it says then takes its time.
  private static let shortBlock = 5.0
  /// What is sent; made once, since that takes longer than all else together.
  private static let kilobyte = String(repeating: "x", count: 1000)

  init(seed: UInt64) throws {
    kind = Kind.allCases[Int(seed % UInt64(Kind.allCases.count))]
    network = SimulatedNetwork(
      seed: seed,
      conditions: LinkConditions(
        latency: 0.01...0.2, splitting: 0.05, capacity: 64 << 10, bandwidth: 64 << 10, loss: 0.2))
    for index in 0..<Self.nodes {
      let isUsual = kind == .usual || (kind == .usualJudge && index == 0)
      try network.addHost(
        "n\(index)", seeds: Array(network.hosts.prefix(1)),
        // Our own keep-alives must come as often as a judge with the usual settings wants them.
        heartbeat: isUsual ? nil : kind == .usualJudge ? 5 : 15,
        heartbeatTimeout: isUsual ? nil : 90, hasOwnLoop: true)
    }
  }

  /// So many hours; returns how many hours of nodes that was.
  func run(hours: Double) -> Double {
    // Until all are connected, dials that cross are ended.
    network.run(for: 120)
    for host in network.hosts { watch(host) }
    let end = network.time + hours * 3600
    while network.time < end {
      network.run(for: network.random.number(in: 1...120))
      network.random.chance(0.5) ? sendMuch() : block()
    }
    let count = Double(network.hosts.count)
    network.close()
    return hours * count
  }

  private func watch(_ host: SimulatedHost) {
    guard let node = host.node else { return }
    if node.connectedNodes.isEmpty { convictions.append("\(host.name) has no connection") }
    watches.append(
      node.watchNodes { [unowned self] id, isUp, reason in
        if !isUp { convictions.append("\(network.time): \(host.name) loses \(id): \(reason)") }
      })
  }

  private func sendMuch() {
    guard let from = network.random.pick(network.hosts), let node = from.node,
      let to = network.random.pick(node.connectedNodes.sorted())
    else { return }
    let size = network.random.number(below: 20) * 100_000
    node.run {
      for _ in 0..<size / 1000 { snd("\(to)#nobody", Self.kilobyte) }
    }
  }

  private func block() {
    guard let host = network.random.pick(network.hosts) else { return }
    let isLong = kind == .patient || (kind == .usualJudge && host.name == "n0")
    let seconds = network.random.number(in: 0...(isLong ? 60 : Self.shortBlock))
    // Two in a row would be one of two minutes.
    if !host.isBlocked { network.block(host, for: seconds) }
  }
}
