import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("The database functions of a node") struct DatabaseFunctionsTests {
  private struct Problem: Error {}

  /// A node without seeds: global, and its own master.
  private func withGlobal(_ body: (Node, Loop) throws -> Void) throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      try node.run { try body(node, loop) }
    }
  }

  @Test("a second monitor of a family is told what is there, as one of a new family is")
  func secondMonitor() throws {
    try withGlobal { _, loop in
      var calls: [String: [[[String]]]] = [:]
      func watch(_ name: String) -> Guard {
        db_mon("f") { all, added, changed, deleted in
          calls[name, default: []].append([all.keys.sorted(), added.sorted(), changed, deleted])
        }
      }
      db_set("f", "a", 1)
      let first = watch("first")
      loop.run(until: { calls["first"]?.count == 1 })
      let second = watch("second")
      loop.run(until: { calls["second"]?.count == 1 })
      db_set("f", "b", 1)
      loop.run(until: { calls["first"]?.count == 2 && calls["second"]?.count == 2 })
      let expected = [[["a"], ["a"], [], []], [["a", "b"], ["b"], [], []]]
      #expect(calls == ["first": expected, "second": expected])
      withExtendedLifetime((first, second)) {}
    }
  }

  @Test("monitors and answers run in the port that asked: an error kills it, and nothing else")
  func runInPort() throws {
    try withGlobal { node, loop in
      let asking: [() -> Void] = [
        { db_mon("f") { _, _, _, _ in throw Problem() } },
        { db_family("f") { _ in throw Problem() } },
        { db_keys("f") { _ in throw Problem() } },
        { db_values("f") { _ in throw Problem() } },
      ]
      for ask in asking {
        var reason: Message?
        let p = rcv(port(), "ask") { ask() }
        node.monitor(p) { reason = $0 }
        snd(p, "ask")
        loop.run(until: { reason != nil })
        #expect(reason?[0] == "die" && reason?.count == 2)
      }
      var selves: [PortID] = []
      let p = rcv(port(), "ask") {
        db_mon("f") { _, _, _, _ in selves.append(SELF) }
        db_values("f") { _ in selves.append(SELF) }
      }
      snd(p, "ask")
      loop.run(until: { selves.count == 2 })
      #expect(selves == [p, p])
    }
  }

  @Test("a registered port's key goes with the port, or with the guard")
  func registration() throws {
    try withGlobal { node, loop in
      var keys: TextSet = []
      let monitor: Guard = db_mon("f") { all, _, _, _ in keys = TextSet(all.keys) }
      let (p, q, r) = (port {}, port {}, port {})
      db_reg("f", p)
      db_reg("f", q)
      var registration: Guard? = db_reg("f", r, 1)
      loop.run(until: { keys == [p.id, q.id, r.id] })
      kil(p)
      loop.run(until: { keys == [q.id, r.id] })
      withExtendedLifetime(registration) { registration = nil }
      loop.run(until: { keys == [q.id] })
      #expect(node.isAlive(r))
      #expect(r.monitorCount == 0)
      withExtendedLifetime(monitor) {}
    }
  }

  @Test("what was set and asked before the node has its name counts")
  func beforeConfigure() throws {
    try withNode { node, loop in
      var seen: TextDictionary<Value> = [:]
      var keys: [String]?
      db_set("f", "a", 1)
      let monitor: Guard = db_mon("f") { all, _, _, _ in seen = all }
      db_keys("f") { keys = $0 }
      db_set("f", "gone", 1)
      db_del("f", "gone")
      loop.settle()
      #expect(seen.isEmpty && keys == nil)
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("late"), binds: [], seeds: [],
          secret: "the tests' secret", norc: true))
      loop.run(until: { seen == ["a": 1] && keys == ["a"] })
      withExtendedLifetime(monitor) {}
    }
  }

  @Test("a slave greets its seed with g_slave, and tells its master which monitors end")
  func slave() throws {
    try withLoop { loop in
      var peer: WirePeer?
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        do {
          peer = try WirePeer(
            RawPeer(loop: loop, socket: socket), id: TestName.next("master"), as: .accepting)
        } catch {
          Issue.record(error)
        }
      }
      defer { listener.close() }
      let node = try Node.listening(on: loop, seeds: [listener.address.description])
      defer { node.close() }
      loop.run(until: { (peer?.messages().count ?? 0) >= 2 })
      let master = try #require(peer)
      let start = master.messages().prefix(2)
      #expect(start.first == ["g_slave"])
      #expect(start.last?.first == "g_slave" && start.last?.count == 2)
      var calls = 0
      var guards: [Guard] = []
      node.run { for _ in 0..<2 { guards.append(db_mon("f") { _, _, _, _ in calls += 1 }) } }
      loop.run(until: { master.messages().contains(["g_mon1", "f"]) })
      guards.removeLast()
      master.send("", "g_chg1", "f", ["a": 1])
      loop.run(until: { calls == 1 })
      #expect(!master.messages().contains(["g_mon0", "f"]))
      guards.removeAll()
      loop.run(until: { master.messages().contains(["g_mon0", "f"]) })
      master.send("", "g_chg2", "f", ["b": 1])
      master.send("", "snd", .string("\(master.id)#echo"), "done")
      loop.run(until: { master.messages(to: "echo") == [["done"]] })
      loop.settle()
      #expect(calls == 1)
    }
  }
}
