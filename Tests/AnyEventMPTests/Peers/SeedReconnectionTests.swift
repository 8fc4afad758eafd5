import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Keeping connections") struct SeedReconnectionTests {
  @Test("a lost global node is found again where it listened")
  func healing() throws {
    try withLoop { loop in
      let first = try Node.listening(on: loop, "first")
      defer { first.close() }
      var globals: TextSet = []
      let watching: Guard = first.run {
        db_mon("'g") { all, _, _, _ in globals = TextSet(all.keys) }
      }
      var second: Node? = try Node.listening(
        on: loop, "second", seeds: [first.address], services: ["AnyEvent::MP::Global::"])
      let id = try #require(second).id
      let address = try #require(second).address
      loop.run(until: { globals == [first.id, id] })
      second?.close()
      second = nil
      loop.run(until: { globals == [first.id] })

      // It is back and knows nobody: the first one has to dial.
      let again = Node(on: loop)
      defer { again.close() }
      try again.configure(
        ConfigurationArguments(
          "test", nodeid: id, binds: [address], secret: "the tests' secret", norc: true))
      loop.run(until: { globals == [first.id, id] })
      withExtendedLifetime(watching) {}
    }
  }

  @Test("a seed that came and went while it was dialled is told again that it is one")
  func lossWhileDialling() throws {
    try withLoop { loop in
      let id = TestName.next("seed")
      var sockets: [ConnectedSocket] = []
      let listener = try loop.listen(on: "127.0.0.1", 0) { sockets.append($0) }
      defer { listener.close() }
      let node = try Node.listening(on: loop, seeds: [listener.address.description])
      defer { node.close() }
      func answer(_ socket: ConnectedSocket) throws -> WirePeer {
        try WirePeer(RawPeer(loop: loop, socket: socket), id: id, as: .accepting)
      }
      func isTold(_ peer: WirePeer) -> Bool { peer.messages().contains(["g_slave"]) }
      loop.run(until: { sockets.count == 1 })
      let first = try answer(sockets[0])
      loop.run(until: { isTold(first) })
      first.raw.stream.close()

      // It is dialled again, and does not answer yet; by another connection it comes and goes.
      loop.run(until: { sockets.count == 2 })
      let second = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { isTold(second) })
      second.raw.stream.close()
      loop.run(until: { node.connectedNodes.isEmpty })
      let third = try answer(sockets[1])
      loop.run(until: { isTold(third) })
      #expect(sockets.count == 2)
    }
  }
}
