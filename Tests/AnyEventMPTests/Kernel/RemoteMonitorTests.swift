import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Monitors on ports of another node") struct RemoteMonitorTests {
  @Test(
    "mon and kil work from one node to the other, in each framing", arguments: ["cbor", "json"])
  func monitorAndKill(framing: String) throws {
    try withPair(framings: [framing]) { global, slave, loop in
      let p = global.run { port {} }
      var reasons: [Message] = []
      slave.run {
        mon(p.id) { reason in reasons.append(reason) }
        mon(p.id) { reason in reasons.append(reason) }
        kil(p.id, "reason", ["list": [1, 2]])
      }
      loop.run(until: { reasons.count == 2 })
      #expect(reasons == [["reason", ["list": [1, 2]]], ["reason", ["list": [1, 2]]]])
      #expect(!global.isAlive(p))
      #expect(slave.monitorCount(on: global.id) == 0)
      #expect(global.monitorCount(by: slave.id) == 0)
    }
  }

  @Test("all monitors on a port are one at the other node, which goes with the last of them")
  func multiplexed() throws {
    try withPair { global, slave, loop in
      let p = global.run { port {} }
      var guards: [Guard] = slave.run { (0..<10).map { _ in mon(p.id) { Issue.record("fired") } } }
      loop.run(until: { p.monitorCount > 0 })
      #expect(p.monitorCount == 1)
      slave.run { guards.removeLast(9) }
      loop.settle()
      #expect(p.monitorCount == 1)
      slave.run { guards = [] }
      loop.run(until: { p.monitorCount == 0 })
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }

  /// Reasons of lengths up to the largest packet and beyond: letters, and what JSON writes as six
  /// bytes each.
  @Test(
    "whatever a port dies of, the other node is told; as it is, if that fits into a packet",
    arguments: ["cbor", "json"], ["x", "\u{1}"])
  func largeReasons(framing: String, character: String) throws {
    try withPair(framings: [framing]) { global, slave, loop in
      let limit = 2000
      global.packetLimit = limit
      var whole = 0
      for length in Array(stride(from: 100, to: limit - 200, by: 50)) + Array(limit - 200...limit) {
        let p = global.run { port {} }
        var reason: Message?
        slave.run { mon(p.id) { reason = $0 } }
        loop.run(until: { p.monitorCount > 0 })
        let text = String(repeating: character, count: length)
        global.run { kil(p, "large", text) }
        loop.run(until: { reason != nil }, "nothing was told of \(length) characters")
        try #require(reason != nil)
        guard reason?.first == "die" else {
          #expect(reason == ["large", .string(text)])
          whole = length
          continue
        }
        #expect(reason?[1].string?.hasPrefix("the reason could not be sent: ") == true)
      }
      let size = framing == "json" && character != "x" ? 6 : 1
      // What else is in the packet takes less than a hundred bytes.
      #expect(whole * size <= limit && (whole + 50) * size > limit - 100)
    }
  }

  @Test("mon on a port that never was fires with no_such_port")
  func nonexistent() throws {
    try withPair { global, slave, loop in
      var reason: Message?
      let name = global.id + "#nobody"
      slave.run { mon(name) { reason = $0 } }
      loop.run(until: { reason != nil })
      #expect(
        reason == [
          "no_such_port", "cannot monitor nonexistent port", .string(name),
        ])
    }
  }

  @Test("the loss of the connection fires the monitors on its ports and on the node itself")
  func connectionLoss() throws {
    try withPair { global, slave, loop in
      let p = global.run { port {} }
      var reasons: [Message] = []
      slave.run {
        mon(p.id) { reason in reasons.append(reason) }
        mon(global.id) { reason in reasons.append(reason) }
      }
      loop.run(until: { p.monitorCount > 0 })
      #expect(reasons.isEmpty)
      global.close()
      loop.run(until: { reasons.count == 2 })
      for reason in reasons {
        #expect(reason[0] == "transport_error" && reason[1] == .string(global.id))
      }
      #expect(p.monitorCount == 0, "the other side forgets its watchers, too")
    }
  }

  @Test("mon on a node starts to connect, and fires when there is no way to it")
  func unknownNode() throws {
    try withPair { _, slave, loop in
      var reasons: [Message] = []
      slave.run {
        mon("nobody/here") { reason in reasons.append(reason) }
        mon("nobody/here#port") { reason in reasons.append(reason) }
      }
      loop.run(until: { reasons.count == 2 })
      for reason in reasons {
        #expect(reason[0] == "transport_error" && reason[1] == "nobody/here")
      }
      loop.run(until: { slave.isUp("nobody/here") == nil })
    }
  }

  @Test("two ports that monitor each other across nodes die together")
  func mutual() throws {
    try withPair { global, slave, loop in
      let here = slave.run { port {} }
      let there = global.run { port {} }
      slave.run { mon(there.id, here) }
      global.run { mon(here.id, there) }
      loop.run(until: {
        here.monitorCount > 0 && there.monitorCount > 0
      })
      slave.run { kil(here, "one for all") }
      loop.run(until: { global.status.portCount == 0 && slave.status.portCount == 0 })
    }
  }

  @Test("what is sent before kil arrives before the monitor fires, without holes")
  func order() throws {
    try withPair { global, slave, loop in
      var got: [Int] = []
      var atEnd: Int?
      let p = global.run { rcv(port(), "n") { (n: Int) in got.append(n) } }
      slave.run {
        let remote = PortID(p.id)
        mon(remote) { atEnd = got.count }
        for n in 0..<10_000 { snd(remote, "n", n) }
        kil(remote, "enough")
        snd(remote, "n", -1)
      }
      loop.run(until: { atEnd != nil })
      #expect(atEnd == 10_000)
      #expect(got == Array(0..<10_000))
    }
  }

  @Test("ten thousand ports of one node: every monitor fires once")
  func many() throws {
    try withPair { global, slave, loop in
      let count = 10_000
      let ports = global.run { (0..<count).map { _ in port {} } }
      var fired: [String: Int] = [:]
      slave.run {
        for p in ports {
          let id = p.id
          mon(id) { fired[id, default: 0] += 1 }
        }
      }
      loop.run(until: { (ports.last?.monitorCount ?? 0) > 0 })
      global.run { for p in ports { kil(p) } }
      loop.run(until: { fired.count == count })
      loop.settle()
      #expect(fired.values.allSatisfy { $0 == 1 })
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }
}
