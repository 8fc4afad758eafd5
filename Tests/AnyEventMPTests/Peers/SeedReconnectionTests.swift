import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

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
      var second: Node? = try Node.listening(on: loop, "second", seeds: [first.address])
      let id = try #require(second).id
      let address = try #require(second).address
      second?.run { second?.database.becomeGlobal() }
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
      var peer: WirePeer?
      var problem: (any Error)?
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        do {
          peer = try WirePeer(RawPeer(loop: loop, socket: socket), id: id, as: .accepting)
        } catch {
          problem = error
        }
      }
      defer { listener.close() }
      let node = try Node.listening(on: loop, seeds: [listener.address.description])
      defer { node.close() }
      loop.run(until: { peer != nil || problem != nil })
      let seed = try #require(peer)

      // The answer to the authentication has to wait.
      let read = seed.raw.onRead
      var unread: [UInt8] = []
      seed.raw.onRead = { unread.append(contentsOf: $0) }
      loop.run(until: { unread.split(separator: 10).count == 3 })
      node.run {
        node.peers.seeds.nodeUp(id)
        node.peers.seeds.nodeDown(id)
      }
      seed.raw.onRead = read
      unread.withUnsafeBytes { read?($0) }
      loop.run(until: { seed.messages().count { $0 == ["g_slave"] } == 2 })
    }
  }
}
