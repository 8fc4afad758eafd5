import AEMPWire
import AnyEvent
import Testing

@testable import AnyEventMP

/// Somebody in between, or who has listened in, when connections are not sealed.
@Suite("Attacks on plain connections") struct PlainAttackTests {
  private func node(
    _ test: TestLoop, _ name: String, methods: [String]? = ["hmac_sha3_512"], seeds: [String] = []
  ) throws -> Node {
    let node = Node(on: test.loop)
    try node.configure(
      ConfigurationArguments(
        nodeid: TestName.next(name), binds: ["127.0.0.1:*"], seeds: seeds,
        secret: "the tests' secret", auth_accept: methods, norc: true))
    return node
  }

  @Test("a recorded handshake proves nothing to a fresh connection, in either role")
  func replay() throws {
    let log = LogCollector.shared
    try withLoop { test in
      let far = try node(test, "far")
      defer { far.close() }
      let man = try MiddleMan(to: far.address, test)
      let near = try node(test, "near", seeds: [man.address])
      test.run(until: { near.isConnected(to: far) && far.isConnected(to: near) })
      let recorded = man.seen
      near.close()
      man.close()
      test.run(until: { far.connectedNodes.isEmpty })

      let replayed = try RawPeer.connect(far.address, test)
      replayed.send(recorded[.there] ?? [])
      test.run(until: { replayed.isClosed })
      #expect(far.connectedNodes.isEmpty)
      #expect(
        log.lines(with: replayed.address).first?.contains("its proof does not fit") == true)

      // Now as the one who is dialled: what the listener had answered.
      var answered: RawPeer?
      let listener = try test.loop.listen(on: "127.0.0.1", 0) { socket in
        let peer = RawPeer(loop: test.loop, socket: socket)
        if answered == nil { answered = peer }
        peer.send(recorded[.back] ?? [])
      }
      defer { listener.close() }
      let again = try node(test, "again", seeds: [listener.address.description])
      defer { again.close() }
      test.run(until: { answered?.isClosed == true })
      #expect(again.connectedNodes.isEmpty)
      #expect(
        log.lines(with: listener.address.description + " ").first?
          .contains("its proof does not fit") == true)
    }
  }

  /// Changes of the list of methods in a greeting.
  static let downgrades: [(name: String, from: String, to: String)] = [
    ("removed", "secretbox_x25519,hmac_sha3_512", "hmac_sha3_512"),
    ("reordered", "secretbox_x25519,hmac_sha3_512", "hmac_sha3_512,secretbox_x25519"),
    ("cleartext added", "secretbox_x25519,hmac_sha3_512", "cleartext,hmac_sha3_512"),
    ("tls_anon added", "secretbox_x25519,hmac_sha3_512", "tls_anon,hmac_sha3_512"),
    ("nothing but cleartext", "secretbox_x25519,hmac_sha3_512", "cleartext"),
  ]

  @Test(
    "who changes the methods in the greetings gets no connection and no secret",
    arguments: downgrades.indices)
  func downgrade(_ index: Int) throws {
    let (_, from, to) = Self.downgrades[index]
    try withLoop { test in
      let far = try node(test, "far", methods: nil)
      defer { far.close() }
      let man = try MiddleMan(to: far.address, test)
      defer { man.close() }
      var changes = 0
      var sent: [UInt8] = []
      man.change = { direction, bytes in
        sent += bytes
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("aemp;") else { return bytes }
        #expect(text.contains(";\(from);"))
        changes += 1
        return Array(text.replacing(";\(from);", with: ";\(to);").utf8)
      }
      let near = try node(test, "near", methods: nil, seeds: [man.address])
      defer { near.close() }
      var failures = 0
      near.onFailedDial = { _ in failures += 1 }
      test.run(until: { failures > 0 })
      #expect(changes >= 2)
      #expect(near.connectedNodes.isEmpty && far.connectedNodes.isEmpty)
      let text = String(decoding: sent, as: UTF8.self)
      #expect(!text.contains("\ncleartext;") && !text.contains("\ntls_anon;"))
    }
  }
}
