import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Ports spawned by others") struct SpawnLimitTests {
  private func withNode(
    limit: Int, _ body: (Node, Loop) throws -> Void
  ) throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop, limits: LimitArguments(max_spawned: limit))
      defer { node.close() }
      node.run { sub("t::init") { rcv(SELF, "never") { (_: Int) in } } }
      try body(node, loop)
    }
  }

  private func spawn(_ names: [String], by peer: WirePeer) {
    for name in names { peer.send("", "AnyEvent::MP::_spawn", .string(name), "t::init") }
  }

  @Test("beyond the limit a spawn is refused: the monitor is told why, and one line is logged")
  func refused() throws {
    let log = LogCollector.shared
    try withNode(limit: 3) { node, loop in
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      spawn(["a", "b", "c", "d"], by: peer)
      peer.send("", "mon1", "d")
      peer.send("", "mon1", "e")
      loop.run(until: { peer.messages().count { $0[0] == "kil0" } == 2 })
      let problem = "\(peer.id) has spawned 3 ports here, as many as it may"
      let reasons = peer.messages().filter { $0[0] == "kil0" }
      #expect(reasons.first == ["kil0", "d", "too_many_ports", .string(problem)])
      #expect(reasons.last?[2] == "no_such_port")
      #expect(node.status.portCount == 3)
      #expect(log.lines(with: problem, upTo: .error).count == 1)
      #expect(!peer.isClosed)
    }
  }

  @Test("a node of ours that monitors what it spawns gets that reason")
  func monitored() throws {
    try withNode(limit: 1) { node, loop in
      let other = try Node.listening(on: loop, "other", seeds: [node.address])
      defer { other.close() }
      var reasons: [Message] = []
      other.run {
        for _ in 0..<2 {
          mon(AnyEventMP.spawn(node.id, "t::init")) { reason in reasons.append(reason) }
        }
      }
      loop.run(until: { !reasons.isEmpty })
      #expect(reasons.map { $0[0] } == ["too_many_ports"])
      #expect(node.status.portCount == 1)
    }
  }

  @Test("each node has a limit of its own, and what has died does not count")
  func counting() throws {
    try withNode(limit: 2) { node, loop in
      let one = try WirePeer.connect(node.address, id: TestName.next("one"), loop)
      let two = try WirePeer.connect(node.address, id: TestName.next("two"), loop)
      spawn(["a", "b"], by: one)
      spawn(["c", "d"], by: two)
      loop.run(until: { node.status.portCount == 4 })
      one.send("", "kil1", "a")
      spawn(["e"], by: two)
      two.send("", "mon1", "e")
      loop.run(until: {
        two.messages().contains { $0[0] == "kil0" } && node.status.portCount == 3
      })
      spawn(["f", "g"], by: one)
      one.send("", "mon1", "g")
      loop.run(until: { one.messages().contains { $0[0] == "kil0" } })
      #expect(one.messages().filter { $0[0] == "kil0" }.map { $0[1] } == ["g"])
      #expect(node.spawnedCount(by: one.id) == 2)
    }
  }

  @Test("to connect anew does not help; ports that the node itself makes do not count")
  func again() throws {
    try withNode(limit: 2) { node, loop in
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      spawn(["a", "b"], by: first)
      loop.run(until: { node.status.portCount == 2 })
      first.raw.stream.flushAndClose()
      loop.run(until: { node.connectedNodes.isEmpty })
      let second = try WirePeer.connect(node.address, id: id, loop)
      node.run {
        for _ in 0..<3 {
          _ = port()
          _ = AnyEventMP.spawn(node.id, "t::init")
        }
      }
      spawn(["c"], by: second)
      second.send("", "mon1", "c")
      loop.run(until: { second.messages().contains { $0[0] == "kil0" } })
      #expect(node.status.portCount == 8)
    }
  }

  @Test("0 is no limit, and what was spawned leaves nothing behind")
  func unlimited() throws {
    try withNode(limit: 0) { node, loop in
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      let names = (0..<500).map { "p\($0)" }
      spawn(names, by: peer)
      loop.run(until: { node.status.portCount == 500 })
      #expect(node.spawnedCount(by: peer.id) == 500)
      for name in names { peer.send("", "kil1", .string(name)) }
      loop.run(until: { node.status.portCount == 0 })
      #expect(node.spawnedCount(by: peer.id) == 0)
    }
  }
}
