import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// What the callbacks of monitors may do while thousands of ports die.
@Suite("Monitors whose callbacks come back") struct MonitorReentrancyTests {
  private let count = 3000

  /// Two nodes; the second monitors ports of the first with `callback`, then all are killed.
  private func killAll(
    framing: String = "cbor", until isOver: @escaping (Node, Node) -> Bool,
    _ callback: @escaping (Int, [PortID], Node, Node) -> Void
  ) throws {
    try withPair(framings: [framing]) { global, slave, loop in
      let ports = global.run { (0..<count).map { _ in port {} } }
      let remote = ports.map { PortID($0.id) }
      slave.run {
        for (index, p) in remote.enumerated() {
          mon(p) { [unowned global, unowned slave] in callback(index, remote, global, slave) }
        }
      }
      loop.run(until: { (ports.last?.monitorCount ?? 0) > 0 })
      global.run { for p in ports { kil(p, "bye") } }
      loop.run(until: { isOver(global, slave) })
      loop.settle()
    }
  }

  @Test(
    "monitoring the dead port and living ones from the callback of a reason",
    arguments: ["cbor", "json"])
  func monitorsAgain(framing: String) throws {
    var first = 0
    var again = 0
    var missing = 0
    try killAll(framing: framing, until: { _, _ in again + first == 3 * count }) {
      index, ports, _, _ in
      first += 1
      // The one that has just died, and one that dies at the same time.
      mon(ports[index]) { reason in
        again += 1
        if reason[0] == "no_such_port" { missing += 1 }
      }
      mon(ports[(index + 1700) % ports.count]) { _ in again += 1 }
    }
    #expect(first == count && again == 2 * count && missing == count)
  }

  @Test("killing further ports, here and there, from the callback of a reason")
  func killsFurther() throws {
    var fired: [Int: Int] = [:]
    var localReasons: [Message] = []
    try killAll(until: { _, _ in fired.count == count && localReasons.count == count }) {
      index, ports, _, _ in
      fired[index, default: 0] += 1
      kil(ports[(index + 1) % ports.count], "again")
      let local = port {}
      mon(local) { localReasons.append($0) }
      kil(local, "here", index)
    }
    #expect(fired.values.allSatisfy { $0 == 1 })
    #expect(localReasons == (0..<count).map { ["here", .int($0)] })
  }

  @Test("taking back the monitors on all other ports from the first callback")
  func takesBack() throws {
    try withPair { global, slave, loop in
      let ports = global.run { (0..<count).map { _ in port {} } }
      var guards: [Guard] = []
      var fired = 0
      slave.run {
        guards = ports.map { p in
          mon(p.id) {
            fired += 1
            guards = []
          }
        }
      }
      loop.run(until: { (ports.last?.monitorCount ?? 0) > 0 })
      global.run { for p in ports { kil(p) } }
      loop.run(until: { fired > 0 })
      loop.settle()
      #expect(guards.isEmpty)
      #expect(fired == 1)
      #expect(slave.monitorCount(on: global.id) == 0)
      #expect(global.monitorCount(by: slave.id) == 0)
    }
  }

  @Test(
    "what the first of several monitors takes back is not called",
    arguments: ["a node", "a port there", "a port here"])
  func takesBackTheOthers(subject: String) throws {
    try withPair { global, slave, loop in
      let p = global.port()
      let watcher = subject == "a port here" ? global : slave
      // The node itself comes before its ports.
      let first = subject == "a node" ? PortID(global.id) : PortID(p.id)
      var fired: [Int] = []
      var others: [Subscription] = []
      watcher.monitor(first) { _ in
        fired.append(0)
        for other in others.dropLast() { other.cancel() }
      }
      others = (1...4).map { number in
        watcher.monitor(PortID(p.id)) { _ in fired.append(number) }
      }
      loop.run(until: { p.monitorCount > 0 })
      if subject == "a node" { global.close() } else { global.kill(p, "bye") }
      loop.run(until: { fired.contains(4) })
      loop.settle()
      #expect(fired == [0, 4])
      // Numbers of monitors are noted only as long as some are being called.
      var later = 0
      let again = watcher.monitor(PortID("\(watcher.id)#none")) { _ in later += 1 }
      watcher.monitor(PortID("\(watcher.id)#none")) { _ in later += 10 }
      again.cancel()
      loop.run(until: { later == 10 })
    }
  }

  @Test("closing either node from the callback of a reason", arguments: [false, true])
  func closesNode(own: Bool) throws {
    var fired = 0
    var closed = false
    try killAll(until: { _, _ in closed }) { _, _, global, slave in
      fired += 1
      guard fired == 10 else { return }
      (own ? slave : global).close()
      closed = true
    }
    // Nothing comes from a connection that its own node has closed.
    #expect(own ? fired == 10 : fired >= 10)
  }

  @Test(
    "what a dying port's callbacks held comes back with monitors, kills and the end of the node")
  func endOfCallbacks() throws {
    try withPair { global, slave, loop in
      let tracker = LifeTracker()
      var fired = 0
      let ports = global.run {
        let ports = (0..<300).map { _ in port() }
        for (index, p) in ports.enumerated() {
          let token = tracker.token()
          let next = ports[(index + 1) % ports.count]
          token.onEnd = { [unowned global] in
            mon(next) { _ in fired += 1 }
            mon(p) { _ in fired += 1 }
            kil(next, "next")
            if index == 200 { global.close() }
          }
          rcv(p, "x") { token.touch() }
        }
        return ports
      }
      var lost = 0
      slave.run { for p in ports { mon(p.id) { _ in lost += 1 } } }
      loop.run(until: { (ports.last?.monitorCount ?? 0) > 0 })
      global.run { kil(ports[0], "first") }
      loop.run(until: { lost == ports.count && fired == 2 * ports.count })
      loop.settle()
      #expect(global.status.portCount == 0)
      #expect(tracker.alive == 0)
    }
  }

  @Test("a port that three nodes and two callbacks watch tells all of them, in order, each once")
  func severalWatchers() throws {
    try withLoop { loop in
      let home = try Node.listening(on: loop, "home")
      defer { home.close() }
      let others = try (0..<3).map {
        try Node.listening(on: loop, "other\($0)", seeds: [home.address])
      }
      defer { for other in others { other.close() } }
      loop.run(until: { others.allSatisfy { home.isConnected(to: $0) } })
      let p = home.run { port {} }
      func watchers() -> Int { p.monitorCount }
      var told: [String] = []
      home.run { mon(p) { _ in told.append("first") } }
      for (index, other) in others.enumerated() {
        other.run { mon(p.id) { reason in told.append(other.id + "\(reason)") } }
        loop.run(until: { watchers() == index + 2 })
      }
      home.run { mon(p) { _ in told.append("last") } }
      others[1].close()
      loop.run(until: { watchers() == 4 })
      home.run { kil(p, "over") }
      loop.run(until: { told.count == 4 })
      loop.settle()
      let texts = [others[0], others[2]].map { $0.id + "[\"over\"]" }
      #expect(Array(told.prefix(2)) == ["first", "last"])
      #expect(Set(told.dropFirst(2)) == Set(texts))
      for other in others { #expect(home.monitorCount(by: other.id) == 0) }
    }
  }
}
