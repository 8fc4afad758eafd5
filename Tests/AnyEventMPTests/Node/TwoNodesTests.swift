import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Two nodes over real sockets", .serialized) struct TwoNodesTests {
  @Test("ports, monitors and kills across the connection", arguments: [["cbor"], ["json"]])
  func portsAndMonitors(framings: [String]) throws {
    try withPair(framings: framings) { global, slave, loop in
      var got: [Message] = []
      var reasons: [Message] = []
      let p = global.run { port { msg in got.append(msg) } }
      let q = slave.run {
        rcv(port(), "hello") { (from: PortID, n: Int) in snd(from, "answer", n) }
      }
      slave.monitor(p) { reasons.append($0) }
      let monitor = slave.monitor(p) { _ in Issue.record("was taken back") }
      monitor.cancel()
      global.run { snd(q, "hello", p, 7) }
      loop.run(until: { got.count == 1 })
      #expect(got == [["answer", 7]])
      slave.run {
        snd(p, "last")
        kil(p, "by", ["other": nil] as Value)
        snd(p, "too late")
      }
      loop.run(until: { reasons.count == 1 })
      #expect(reasons == [["by", ["other": nil]]])
      #expect(got == [["answer", 7], ["last"]])
      // It is gone there: a new monitor says so.
      slave.monitor(p) { reasons.append($0) }
      loop.run(until: { reasons.count == 2 })
      #expect(reasons[1] == ["no_such_port", "cannot monitor nonexistent port", .string(p.id)])
    }
  }

  @Test("a port that dies with a reason that cannot be sent still tells its monitors")
  func unsendableReason() throws {
    try withPair { global, slave, loop in
      var reason: Message?
      let p = global.run { port {} }
      slave.monitor(p) { reason = $0 }
      loop.run(until: { p.monitorCount > 0 })
      global.run { kil(p, "bad", Double.nan) }
      loop.run(until: { reason != nil })
      #expect(reason?[0] == "die")
    }
  }

  @Test("mon1 and mon0 go out once, however many monitors there are")
  func multiplexed() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      let port = PortID("\(peer.id)#p")
      var fired = 0
      let monitors = (0..<3).map { _ in node.monitor(port) { _ in fired += 1 } }
      monitors[0].cancel()
      monitors[0].cancel()
      peer.send("", "snd", .string("\(peer.id)#back"))
      loop.run(until: { !peer.messages(to: "back").isEmpty })
      #expect(peer.messages().filter { $0[0] == "mon1" } == [["mon1", "p"]])
      monitors[1].cancel()
      monitors[2].cancel()
      loop.run(until: { peer.messages().contains(["mon0", "p"]) })
      peer.send("", "kil0", "p", "x")
      peer.raw.stream.flushAndClose()
      loop.run(until: { node.connectedNodes.isEmpty })
      loop.settle()
      #expect(fired == 0)
      #expect(node.knownNodes.isEmpty)
    }
  }

  @Test(
    "the loss of a connection fires all monitors of ports there, each once, with transport_error")
  func connectionLost() throws {
    try withPair { global, slave, loop in
      var reasons: [Message] = []
      let ports = (0..<3).map { _ in slave.run { port {} } }
      for p in ports { global.monitor(p) { reasons.append($0) } }
      global.monitor(PortID(slave.id)) { reasons.append($0) }
      loop.run(until: { ports.allSatisfy { $0.monitorCount > 0 } })
      slave.close()
      loop.run(until: { reasons.count == 4 })
      loop.settle()
      #expect(reasons.count == 4)
      for reason in reasons {
        #expect(reason.count == 3 && reason[0] == "transport_error")
        #expect(reason[1] == .string(slave.id))
      }
      // The monitors that the lost node had are gone from our ports too.
      #expect(global.isUp(slave.id) == nil)
    }
  }

  @Test(
    "db_set, db_del, queries and db_mon between slave and global", arguments: [["cbor"], ["json"]])
  func database(framings: [String]) throws {
    try withPair(framings: framings) { global, slave, loop in
      var events: [String] = []
      for (name, node) in [("g", global), ("s", slave)] {
        node.run {
          db_mon("family") { family, added, changed, deleted in
            let sorted = family.keys.sorted().joined(separator: "")
            events.append("\(name):\(sorted) +\(added) ~\(changed) -\(deleted)")
          }
        }
      }
      loop.run(until: { events.count == 2 })
      #expect(Set(events) == ["g: +[] ~[] -[]", "s: +[] ~[] -[]"])
      events = []
      slave.run { db_set("family", "a", 1) }
      loop.run(until: { events.count == 2 })
      #expect(Set(events) == ["g:a +[\"a\"] ~[] -[]", "s:a +[\"a\"] ~[] -[]"])
      events = []
      slave.run { db_set("family", "a", 2) }
      global.run { db_set("family", "b", ["x": [1, nil]]) }
      loop.run(until: { events.count == 4 })
      var keys: [String]?
      var values: [Value]?
      var family: TextDictionary<Value>?
      slave.run {
        db_keys("family") { keys = $0 }
        db_values("family") { values = $0 }
        db_family("family") { family = $0 }
      }
      loop.run(until: { keys != nil && values != nil && family != nil })
      #expect(keys?.sorted() == ["a", "b"])
      #expect(values?.contains(["x": [1, nil]]) == true && values?.contains(2) == true)
      #expect(family == ["a": 2, "b": ["x": [1, nil]]])
      events = []
      // Only the node that set a key deletes it.
      global.run { db_del("family", "a") }
      slave.run { db_del("family", "a", "b", "c") }
      loop.run(until: { events.count == 2 })
      #expect(Set(events) == ["g:b +[] ~[] -[\"a\"]", "s:b +[] ~[] -[\"a\"]"])
    }
  }

  @Test("a registered port's key goes when the port dies, and when its node goes")
  func registration() throws {
    try withPair { global, slave, loop in
      var keys: [String] = []
      global.run { db_mon("ports") { family, _, _, _ in keys = family.keys.sorted() } }
      let (p, q) = slave.run { (port {}, port {}) }
      slave.run {
        db_reg("ports", p, "value")
        db_reg("ports", q)
      }
      loop.run(until: { keys.count == 2 })
      #expect(keys == [p.id, q.id].sorted())
      slave.run { kil(p) }
      loop.run(until: { keys == [q.id] })
      slave.close()
      loop.run(until: { keys.isEmpty })
    }
  }

  @Test("db_reg without a port registers the one that is running")
  func registersSelf() throws {
    try withPair { global, slave, loop in
      var keys: [String]?
      let p = slave.run { rcv(port(), "go") { db_reg("mine") } }
      global.run { db_mon("mine") { family, _, _, _ in keys = family.keys.sorted() } }
      slave.run { snd(p, "go") }
      loop.run(until: { keys == [p.id] })
      slave.run { kil(p, "x") }
      loop.run(until: { keys == [] })
    }
  }

  @Test("guards take back what they stand for")
  func guards() throws {
    try withPair { global, slave, loop in
      var keys: [String]?
      global.run { db_mon("g") { family, _, _, _ in keys = family.keys.sorted() } }
      let p = slave.run { port {} }
      var set: Guard? = slave.run { db_set("g", "key", 1) }
      var registered: Guard? = slave.run { db_reg("g", p) }
      loop.run(until: { keys?.count == 2 })
      set = nil
      loop.run(until: { keys == [p.id] })
      registered = nil
      loop.run(until: { keys == [] })
      #expect(p.monitorCount == 0)
      var calls = 0
      var monitor: Guard? = slave.run { db_mon("g") { _, _, _, _ in calls += 1 } }
      loop.run(until: { calls == 1 })
      monitor = nil
      slave.run { db_set("g", "more") }
      loop.run(until: { keys == ["more"] })
      #expect(calls == 1)
      withExtendedLifetime((set, registered, monitor)) {}
    }
  }

  @Test("the listeners of both nodes are in the family 'l', the global one in 'g'")
  func internalFamilies() throws {
    try withPair { global, slave, loop in
      var listeners: TextDictionary<Value> = [:]
      slave.run { db_mon("'l") { family, _, _, _ in listeners = family } }
      loop.run(until: { listeners.count == 2 })
      #expect(
        listeners == [global.id: [.string(global.address)], slave.id: [.string(slave.address)]])
      var globals: [String]?
      slave.run { db_keys("'g") { globals = $0 } }
      loop.run(until: { globals != nil })
      #expect(globals == [global.id])
    }
  }
}
