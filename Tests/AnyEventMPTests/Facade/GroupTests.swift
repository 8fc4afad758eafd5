import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("grp_reg, grp_get and grp_mon") struct GroupTests {
  @Test("a port is in its group until it dies or its guard goes, and other nodes see it")
  func life() throws {
    try withPair { global, slave, loop in
      var calls: [[TextSet]] = []
      let log: GroupCallback = { ports, added, deleted in
        calls.append([ports, added, deleted].map { TextSet($0.map(\.id)) })
      }
      slave.run { grp_mon("workers", log) }
      loop.settle()
      let (a, b) = global.run { (port(), port()) }
      global.run { grp_reg("workers", a) }
      loop.run(until: { calls.count == 1 })
      var guardian: Guard? = global.run { () -> Guard in grp_reg("workers", b) }
      loop.run(until: { calls.count == 2 })
      withExtendedLifetime(guardian) {}
      guardian = nil
      loop.run(until: { calls.count == 3 })
      global.run { kil(a) }
      loop.run(until: { calls.count == 4 })
      #expect(
        calls == [
          [[a.id], [a.id], []], [[a.id, b.id], [b.id], []], [[a.id], [], [b.id]],
          [[], [], [a.id]],
        ])
    }
  }

  @Test("the first call of a monitor has all ports as added, and there is none for an empty group")
  func first() throws {
    try withPair { global, slave, loop in
      var calls: [[Int]] = []
      let p = global.run { () -> PortID in
        let p = port()
        grp_reg("full", p)
        return p
      }
      slave.run {
        grp_mon("empty") { _, _, _ in Issue.record("called for an empty group") }
        grp_mon("full") { ports, added, deleted in
          calls.append([ports.count, added.count, deleted.count])
        }
      }
      loop.run(until: { !calls.isEmpty })
      do {
        let stopped: Guard = slave.run { grp_mon("full") { _, _, _ in Issue.record("called") } }
        withExtendedLifetime(stopped) {}
      }
      // A value of the key changes no port.
      global.run { db_set("full", p, 1) }
      loop.settle()
      #expect(calls == [[1, 1, 0]])
    }
  }

  @Test("grp_get answers with the ports once the database has told, nil when there are none")
  func get() throws {
    try withPair { global, slave, loop in
      let p = global.run { () -> PortID in
        let p = port()
        grp_reg("workers", p)
        return p
      }
      for node in [global, slave] {
        loop.run(until: { node.run { grp_get("workers") } == [p] })
        #expect(node.run { grp_get("nobody") } == nil)
      }
      global.run { kil(p) }
      loop.run(until: { slave.run { grp_get("workers") } == nil })
    }
  }
}
