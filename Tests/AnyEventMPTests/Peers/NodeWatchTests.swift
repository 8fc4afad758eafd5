import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("mon_nodes, up_nodes and node_is_up") struct NodeWatchTests {
  @Test("mon_nodes tells of nodes that come up and go down, until its guard goes")
  func upAndDown() throws {
    try withLoop { loop in
      let first = try Node.listening(on: loop, "global")
      defer { first.close() }
      var events: [String] = []
      var stopped: [String] = []
      first.run {
        mon_nodes { node, isUp, reason in
          events.append("\(node) \(isUp) \(reason[0].string ?? "")")
        }
        mon_nodes { node, isUp in events.append("short \(isUp)") }
        let guardian: Guard = mon_nodes { node, _ in stopped.append(node) }
        withExtendedLifetime(guardian) {}
      }
      let second = try Node.listening(on: loop, "slave", seeds: [first.address])
      loop.run(until: { events.count == 2 })
      #expect(events == ["\(second.id) true ", "short true"])
      first.run {
        #expect(up_nodes() == [second.id])
        #expect(node_is_up(second.id) == true)
        #expect(node_is_up(second.id + "#port") == true)
        #expect(node_is_up(NODE) == true)
        #expect(node_is_up("nobody") == nil)
      }
      second.close()
      loop.run(until: { events.count == 4 })
      #expect(Array(events[2...]) == ["\(second.id) false transport_error", "short false"])
      first.run {
        #expect(up_nodes() == [])
        #expect(node_is_up(second.id) != true)
        // One that is looked for is known, and not up.
        let guardian: Guard = mon("somebody") {}
        #expect(node_is_up("somebody") == false)
        withExtendedLifetime(guardian) {}
      }
      #expect(stopped.isEmpty)
    }
  }

  @Test("a callback may end itself and others; one that throws is logged and called again")
  func ending() throws {
    try withLoop { loop in
      let log = LogCollector.shared
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let text = TestName.next("watcher")
      var calls: [String] = []
      var own: Subscription?
      var other: Subscription?
      own = node.watchNodes { _, _, _ in
        calls.append("own")
        own?.cancel()
        other?.cancel()
      }
      other = node.watchNodes { _, _, _ in calls.append("other") }
      node.watchNodes { _, _, _ in
        calls.append("throws")
        throw die(text)
      }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      loop.run(until: { calls.count == 2 })
      peer.raw.stream.close()
      loop.run(until: { node.connectedNodes.isEmpty })
      #expect(calls == ["own", "throws", "throws"])
      #expect(log.lines(with: text).count == 2)
    }
  }
}
