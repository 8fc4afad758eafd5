import AnyEventMP
import AnyEventMPTesting

extension GuaranteeRun {
  /// Something happens.
  func act() throws {
    switch network.random.number(below: isFaultless ? 66 : 100) {
    case 0..<36: sendSome()
    case 36..<38: addressStranger()
    case 38..<52: useDatabase()
    case 52..<59: killReceiver()
    case 59..<63: changeMonitors()
    case 63..<66: waitForDrain()
    case 66..<74: cutSomething()
    case 74..<80: freezeSomething()
    case 80..<84: partition()
    case 84..<92: network.heal()
    case 92..<96: try endSomeNode()
    case 96..<98: changeConditions()
    default: try restartAll()
    }
  }

  private func someHosts() -> (SimulatedHost, SimulatedHost)? {
    guard let a = network.random.pick(network.hosts),
      let b = network.random.pick(network.hosts), a !== b
    else { return nil }
    return (a, b)
  }

  private func sendSome() {
    for _ in 0...network.random.number(below: 3) {
      guard let member = network.random.pick(members.filter { $0.node != nil }),
        let receiver = network.random.pick(receivers.suffix(8))
      else { return }
      let stream = stream(from: member, to: receiver)
      // What is sent to a port of the same node has to wait then.
      if network.random.chance(0.2) { member.node?.later {} }
      for _ in 0...network.random.number(below: 10) { stream.send(padding: padding()) }
    }
  }

  /// A port of a node that never was.
  private func addressStranger() {
    network.random.pick(members.filter { $0.node != nil })?.monitorStranger()
  }

  private func padding() -> Int {
    switch network.random.number(below: 30) {
    case 0: network.random.number(below: 100_000)
    case 1...4: network.random.number(below: 2000)
    default: 0
    }
  }

  private func changeMonitors() {
    guard let stream = network.random.pick(streams.filter({ !$0.isOver })) else { return }
    switch network.random.number(below: 5) {
    case 0: stream.abandon()
    case 1, 2: stream.removeMonitor()
    default: stream.addMonitor()
    }
  }

  /// A port is killed by its own node or by another one.
  private func killReceiver() {
    guard let receiver = network.random.pick(receivers.filter { !$0.isDead }),
      let member = network.random.pick(members.filter { $0.node != nil })
    else { return }
    if network.random.chance(0.3) {
      // What waits for the loop was sent before the kill, and must be delivered.
      member.node?.later {}
      stream(from: member, to: receiver).send(padding: 0)
    }
    killSerial += 1
    let reason: [Value] = network.random.chance(0.5) ? [] : ["killed", .int(killSerial)]
    let own = streams.filter { $0.sender === member && $0.receiver === receiver }
    receiver.willBeKilled(
      by: member, reason, sent: Dictionary(uniqueKeysWithValues: own.map { ($0.serial, $0.sent) }))
    member.node?.kill(PortID(receiver.id), reason: reason)
    if network.random.chance(0.5) {
      // Too late, also when the kill has to wait.
      let stream = stream(from: member, to: receiver)
      for _ in 0..<3 { stream.send(padding: 0) }
    }
    if let host = network.hosts.first(where: { $0.name == receiver.host }) { addReceiver(on: host) }
  }

  private func waitForDrain() {
    guard let member = network.random.pick(members.filter { $0.node != nil }),
      let host = network.random.pick(network.hosts)
    else { return }
    member.waitForDrain(of: host.name)
  }

  private func cutSomething() {
    if let (a, b) = someHosts() { network.cut(a, b) }
  }

  private func freezeSomething() {
    guard let (a, b) = someHosts() else { return }
    network.freeze(from: a, to: b)
    if network.random.chance(0.5) { network.freeze(from: b, to: a) }
  }

  private func partition() {
    let mixed = network.hosts.shuffled(using: &network.random)
    let count = network.random.number(below: mixed.count)
    let (half, rest) = (Array(mixed.prefix(count)), Array(mixed.dropFirst(count)))
    network.partition(half, rest)
    if network.random.chance(0.2) { sitOut(half, rest) }
  }

  /// Two minutes of a partition: longer than any time limit, so that all monitors fire.
  private func sitOut(_ half: [SimulatedHost], _ rest: [SimulatedHost]) {
    let separated = streams.filter { stream in
      let isHere = half.contains { $0 === stream.sender.host }
      let isThere = rest.contains { $0.name == stream.receiver.host }
      return !stream.isOver && isHere == isThere
    }
    network.run(for: 120)
    for stream in separated where !stream.isOver {
      report("stream \(stream.serial) goes on, though its node has been out of reach for long")
    }
  }

  private func changeConditions() {
    guard let (a, b) = someHosts() else { return }
    let slowest = network.random.number(in: 0.001...1)
    network.setConditions(
      LinkConditions(
        latency: 0.0001...slowest, splitting: network.random.number(in: 0...0.9),
        capacity: 1000 + network.random.number(below: 200_000)),
      from: a, to: b)
  }

  private func endSomeNode() throws {
    guard let host = network.random.pick(network.hosts), host.node != nil else { return }
    switch network.random.number(below: 3) {
    case 0: network.kill(host)
    case 1: network.crash(host)
    default: network.shutDown(host)
    }
    end(on: host)
    if network.random.chance(0.5) {
      try network.restart(host)
      begin(on: host)
    }
  }

  private func restartAll() throws {
    for host in network.hosts where host.node == nil {
      try network.restart(host)
      begin(on: host)
    }
  }
}
