import AnyEventMP
import AnyEventMPTesting
import Testing

/// One run of the guarantee: nodes that send, monitor and die on a network with faults.
final class GuaranteeRun {
  let network: SimulatedNetwork
  private(set) var violations: [String] = []
  var members: [Member] = []
  var receivers: [Receiver] = []
  var streams: [Stream] = []
  /// Whether nothing is wrong with the network, and no queue is small: no connection may be lost then.
  let isFaultless: Bool
  private var nodes: [WeakNode] = []
  var killSerial = 0
  private var streamSerial = 0
  private var memberSerial = 0

  init(seed: UInt64) throws {
    network = SimulatedNetwork(seed: seed)
    isFaultless = network.random.chance(0.1)
    let globals = network.random.number(below: 3) + 1
    let slaves = network.random.number(below: 3) + (globals == 1 ? 1 : 0)
    for index in 0..<globals + slaves {
      let seeds = index < globals ? Array(network.hosts.prefix(1)) : somePart(of: globals)
      let framings = network.random.chance(0.2) ? ["json"] : nil
      try network.addHost("n\(index)", seeds: seeds, framings: framings)
    }
    for host in network.hosts { begin(on: host) }
  }

  private func somePart(of globals: Int) -> [SimulatedHost] {
    let first = network.random.number(below: globals)
    let count = network.random.number(below: globals - first) + 1
    return Array(network.hosts[first..<first + count])
  }

  func report(_ text: String) {
    violations.append("\(network.time): \(text)")
  }

  /// The whole run; returns what went wrong.
  func perform() throws -> [String] {
    for _ in 0..<(20 + network.random.number(below: 60)) {
      try act()
      network.run(for: pause())
      checkQueues()
    }
    try calmDown()
    for stream in streams { stream.checkAtEnd() }
    for member in members { member.checkAtEnd() }
    if isFaultless { checkFaultless() }
    checkLeftovers()
    checkNodes(alive: network.hosts.count)
    network.close()
    checkNodes(alive: 0)
    return violations
  }

  /// Mostly a moment, sometimes long enough for time limits to pass.
  private func pause() -> Double {
    switch network.random.number(below: 20) {
    case 0: network.random.number(in: 5...50)
    case 1...5: network.random.number(in: 0.1...3)
    case 6...12: network.random.number(in: 0...0.01)
    default: network.random.number(in: 0...0.1)
    }
  }

  /// Why monitors fired: the first word of the reason, for a lost node the text.
  var reasons: Set<String> {
    Set(
      streams.compactMap(\.reason).map { reason in
        let word = reason[0].string ?? "none"
        return word == "transport_error" ? reason[2].string ?? "" : word
      })
  }

  // MARK: Members

  /// A host has a new node.
  func begin(on host: SimulatedHost) {
    guard let node = host.node else { return }
    memberSerial += 1
    members.removeAll { $0.host === host }
    let member = Member(
      serial: memberSerial, host: host, report: { [unowned self] in report($0) },
      isUp: { [unowned self] in isUp($0, $1) })
    members.append(member)
    nodes.append(WeakNode(node))
    if !isFaultless, network.random.chance(0.5) {
      member.limitQueues(to: 2000 << network.random.number(below: 7))
    }
    for _ in 0...network.random.number(below: 2) { addReceiver(on: host) }
  }

  /// A host's node is gone.
  func end(on host: SimulatedHost) {
    for receiver in receivers where receiver.host == host.name { receiver.nodeIsGone() }
  }

  func addReceiver(on host: SimulatedHost) {
    guard let node = host.node else { return }
    receivers.append(
      Receiver(on: node, host: host.name) { [unowned self] in report($0) })
  }

  /// The stream from a member to a receiver, a new one if the last is over.
  func stream(from member: Member, to receiver: Receiver) -> Stream {
    if let stream = streams.last(where: { $0.sender === member && $0.receiver === receiver }),
      !stream.isOver
    {
      return stream
    }
    streamSerial += 1
    let stream = Stream(
      serial: streamSerial, sender: member, receiver: receiver,
      report: { [unowned self] in report($0) },
      fired: { [unowned self] in streamEnded($0) })
    streams.append(stream)
    return stream
  }

  /// A monitor has fired: some programs begin anew in its callback.
  private func streamEnded(_ ended: Stream) {
    guard network.random.chance(0.3), ended.sender.node != nil else { return }
    let next = stream(from: ended.sender, to: ended.receiver)
    next.send(padding: 0)
  }

  /// A node has come up: some programs send at once, behind what waited for it.
  private func isUp(_ member: Member, _ id: String) {
    for stream in streams where stream.sender === member && !stream.isOver {
      if stream.receiver.host == id, network.random.chance(0.3) {
        stream.send(padding: 0)
      }
    }
  }

  // MARK: The end

  /// All faults end, and a minute passes; then messages to all that live must arrive.
  private func calmDown() throws {
    network.heal()
    for a in network.hosts {
      for b in network.hosts where a !== b {
        network.setConditions(LinkConditions(), from: a, to: b)
      }
    }
    for host in network.hosts where host.node == nil {
      try network.restart(host)
      begin(on: host)
    }
    network.run(for: 60)
    checkQueues()
    checkLeftovers()
    checkDatabase()
    // The questions have to wait for the loop: not behind them, or it may be too much for small queues.
    network.run(for: 1)
    for member in members {
      for receiver in receivers where !receiver.isDead {
        let stream = stream(from: member, to: receiver)
        for _ in 0..<3 { stream.send(padding: 0) }
      }
    }
    let fresh = streams.filter { !$0.isOver && !$0.receiver.isDead }
    network.run(for: 60)
    for stream in fresh {
      if let reason = stream.reason {
        report("the network is whole, but stream \(stream.serial) ended: \(reason)")
      }
    }
  }

  /// A node that was ended must be gone, with all that it had.
  private func checkNodes(alive wanted: Int) {
    let alive = nodes.count { $0.node != nil }
    if alive != wanted { report("\(alive) nodes are in memory instead of \(wanted)") }
  }

  private func checkQueues() {
    for member in members { member.checkQueues() }
  }

  /// Where nothing is wrong no node may be lost.
  private func checkFaultless() {
    for stream in streams {
      if let reason = stream.reason, reason.first == "transport_error" {
        report("nothing is wrong, but stream \(stream.serial) ended: \(reason)")
      }
    }
  }
}

/// Sees whether a node is still there.
private struct WeakNode {
  weak var node: Node?

  init(_ node: Node) {
    self.node = node
  }
}
