import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("What waits for all nodes together") struct QueueTotalTests {
  @Test("messages relayed to thousands of nodes that do not exist wait up to the limit, no more")
  func unknownNodes() throws {
    try withLoop { loop in
      let node = try Node.listening(
        on: loop, seeds: ["127.0.0.1:1"], limits: LimitArguments(max_queues: 4 << 20))
      defer { node.close() }
      let bench = RequestBench(node, loop)
      var reason: Message?
      node.monitor(PortID("unknown2999#p")) { reason = $0 }
      let text = Value.string(String(repeating: "x", count: 5000))
      var most = 0
      for number in 0..<3000 {
        bench.request("snd", .string("unknown\(number)#p"), text)
        most = max(most, node.peers.queues.unconnected)
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
      #expect(node.peers.queues.connected == 0)
    }
  }

  @Test("many nodes with a small message each count for their entries")
  func entries() throws {
    try withLoop { loop in
      let node = try Node.listening(
        on: loop, seeds: ["127.0.0.1:1"], limits: LimitArguments(max_queues: 1 << 20))
      defer { node.close() }
      let bench = RequestBench(node, loop)
      for number in 0..<3000 { bench.request("snd", .string("u\(number)#p")) }
      loop.settle()
      #expect(node.knownNodes.count <= (1 << 20) / 4 / QueueTotal.entry + 1)
    }
  }

  @Test("what waited is not counted any more when the node comes, or is given up")
  func released() throws {
    try withPair { global, slave, loop in
      let other = try Node.listening(on: loop, "other", seeds: [global.address])
      defer { other.close() }
      loop.run(until: { other.isConnected(to: global) })
      var got = 0
      let receiver = other.run { rcv(port(), "n") { got += 1 } }
      slave.run { for _ in 0..<100 { snd(receiver.id, "n") } }
      #expect(slave.peers.queues.unconnected > QueueTotal.entry)
      loop.run(until: { got == 100 })
      #expect(slave.peers.queues.unconnected == 0)
      slave.run { snd("nobody#p", "n") }
      #expect(slave.peers.queues.unconnected > QueueTotal.entry)
      guard let entry = slave.peers.entries["nobody"] else { return #expect(Bool(false)) }
      slave.peers.nodeDown(entry, ["lost"])
      #expect(slave.peers.queues.unconnected == 0)
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
        // The kernel takes a few; the second gets twice as many as the others.
        for round in 0..<200 where reasons.isEmpty {
          for (index, peer) in peers.enumerated() where index == 1 || round % 2 == 0 {
            if node.peers.entries[peer.id]?.link?.isOpen == true { snd("\(peer.id)#p", text) }
          }
          if node.peers.entries[peers[1].id]?.link?.isOpen != true { break }
        }
      }
      #expect(node.peers.queues.connected <= 64 << 20)
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
      #expect(node.peers.queues.connected == 0)
    }
  }
}
