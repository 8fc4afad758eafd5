import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("What waits for all nodes together") struct QueueTotalTests {
  @Test("messages relayed to thousands of nodes that do not exist wait up to the limit, no more")
  func unknownNodes() throws {
    try withLoop { loop in
      let node = try Node.listening(
        on: loop, seeds: ["127.0.0.1:1"], limits: LimitArguments(max_queues: 4 << 20))
      defer { node.close() }
      let bench = try RequestBench(node, loop)
      var reason: Message?
      node.monitor(PortID("unknown2999#p")) { reason = $0 }
      let text = Value.string(String(repeating: "x", count: 5000))
      var most = 0
      for number in 0..<3000 {
        bench.peer.send("", "snd", .string("unknown\(number)#p"), text)
        guard number % 10 == 9 else { continue }
        bench.sync()
        most = max(most, node.waitingBytes)
      }
      #expect(most <= 1 << 20)
      #expect(most > 1 << 19)
      loop.run(until: { reason != nil })
      #expect(
        reason == [
          "transport_error", "unknown2999", "too much queued for nodes that are not connected",
        ])
      // Those that were given up are forgotten.
      #expect(node.knownNodes.count < 250)
    }
  }

  @Test("many nodes with a small message each count for their entries")
  func entries() throws {
    try withLoop { loop in
      let node = try Node.listening(
        on: loop, seeds: ["127.0.0.1:1"], limits: LimitArguments(max_queues: 1 << 20))
      defer { node.close() }
      let bench = try RequestBench(node, loop)
      for number in 0..<3000 { bench.peer.send("", "snd", .string("u\(number)#p")) }
      bench.sync()
      // 2 KiB for each, and the peer itself.
      #expect(node.knownNodes.count <= (1 << 20) / 4 / 2048 + 2)
      #expect(node.knownNodes.count > 50)
    }
  }

  @Test("what waited is not counted any more when the node comes, or is given up")
  func released() throws {
    // At a time a tenth of what is sent here together may wait.
    try withPair(limits: LimitArguments(max_queues: 1 << 20)) { global, slave, loop in
      let text = String(repeating: "x", count: 60_000)
      let other = try Node.listening(on: loop, "other", seeds: [global.address])
      defer { other.close() }
      loop.run(until: { other.isConnected(to: global) })
      var got = 0
      let receiver = other.run { rcv(port(), "n") { (_: String) in got += 1 } }
      for round in 1...10 {
        // Of the node that comes, and goes again.
        slave.run { for _ in 0..<2 { snd(receiver.id, "n", text) } }
        #expect(slave.queuedBytes(for: other.id) > 100_000)
        loop.run(until: { got == 2 * round })
        slave.cut(from: other)
        loop.run(until: { !slave.isConnected(to: other) && !other.isConnected(to: slave) })
        // And of one that is given up.
        var reason: Message?
        slave.monitor(PortID("nobody#p")) { reason = $0 }
        slave.run { snd("nobody#p", text) }
        #expect(slave.waitingBytes > 50_000)
        loop.run(until: { reason != nil })
        #expect(reason?[2] == "no known address")
      }
      #expect(slave.waitingBytes == 0)
    }
  }

  @Test("of connected nodes the one with the longest queue is given up, and the others stay")
  func connected() throws {
    try withLoop { loop in
      let node = try Node.listening(
        on: loop, limits: LimitArguments(max_queue: 0, max_queues: 64 << 20))
      defer { node.close() }
      let peers = try (0..<3).map { _ in
        try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      }
      var reasons: [Message] = []
      for peer in peers {
        node.monitor(PortID("\(peer.id)#p")) { reasons.append($0) }
      }
      let text = String(repeating: "x", count: 500_000)
      node.run {
        var most = 0
        // The kernel takes a few; the second gets twice as many as the others.
        for round in 0..<200 where reasons.isEmpty {
          for (index, peer) in peers.enumerated() where index == 1 || round % 2 == 0 {
            if node.queuedBytes(for: peers[1].id) >= most { snd("\(peer.id)#p", text) }
          }
          // The queue that was given up is gone.
          let queued = node.queuedBytes(for: peers[1].id)
          if queued < most { break }
          most = queued
        }
      }
      #expect(node.waitingBytes <= 64 << 20)
      loop.run(until: { !reasons.isEmpty })
      #expect(
        reasons == [
          [
            "transport_error", .string(peers[1].id), "too much queued for all nodes together",
          ]
        ])
      #expect(node.connectedNodes == [peers[0].id, peers[2].id].sorted())
      // What was told is taken back when it has been sent.
      loop.run(until: {
        node.connectedNodes.allSatisfy { node.queuedBytes(for: $0) == 0 }
      })
      // So as much may be sent again, to each of them.
      for _ in 0..<3 {
        node.run {
          for id in node.connectedNodes { for _ in 0..<40 { snd("\(id)#p", text) } }
        }
        loop.run(until: {
          node.connectedNodes.allSatisfy { node.queuedBytes(for: $0) == 0 }
        })
      }
      #expect(node.connectedNodes.count == 2 && reasons.count == 1)
    }
  }
}
