import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// Somebody in between, or who has listened in, when connections are not sealed.
@Suite("Attacks on plain connections") struct PlainAttackTests {
  private func node(
    _ loop: Loop, _ name: String, methods: [String]? = ["hmac_sha3_512"], seeds: [String] = []
  ) throws -> Node {
    let node = Node(on: loop)
    try node.configure(
      ConfigurationArguments(
        nodeid: TestName.next(name), binds: ["127.0.0.1:*"], seeds: seeds,
        secret: "the tests' secret", auth_accept: methods, norc: true))
    return node
  }

  @Test("a recorded handshake proves nothing to a fresh connection, in either role")
  func replay() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let far = try node(loop, "far")
      defer { far.close() }
      let man = try MiddleMan(to: far.address, loop)
      let near = try node(loop, "near", seeds: [man.address])
      loop.run(until: { near.isConnected(to: far) && far.isConnected(to: near) })
      let recorded = man.seen
      near.close()
      man.close()
      loop.run(until: { far.connectedNodes.isEmpty })

      let replayed = try RawPeer.connect(far.address, loop)
      replayed.send(recorded[.there] ?? [])
      loop.run(until: { replayed.isClosed })
      #expect(far.connectedNodes.isEmpty)
      #expect(
        log.lines(with: replayed.address).first?.contains("its proof does not fit") == true)

      // Now as the one who is dialled: what the listener had answered.
      var answered: RawPeer?
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        let peer = RawPeer(loop: loop, socket: socket)
        if answered == nil { answered = peer }
        peer.send(recorded[.back] ?? [])
      }
      defer { listener.close() }
      let again = try node(loop, "again", seeds: [listener.address.description])
      defer { again.close() }
      loop.run(until: { answered?.isClosed == true })
      #expect(again.connectedNodes.isEmpty)
      #expect(
        log.lines(with: listener.address.description + " ").first?
          .contains("its proof does not fit") == true)
    }
  }

  /// What the list of methods in a greeting is changed to.
  static let downgrades: [(name: String, to: String)] = [
    ("removed", "hmac_sha3_512"),
    ("the better cipher removed", "secretbox_x25519,hmac_sha3_512"),
    ("reordered", "hmac_sha3_512,secretbox_x25519,chacha20poly1305_x25519"),
    ("cleartext added", "cleartext,hmac_sha3_512"),
    ("tls_anon added", "tls_anon,hmac_sha3_512"),
    ("nothing but cleartext", "cleartext"),
  ]

  @Test(
    "who changes the methods in the greetings gets no connection and no secret",
    arguments: downgrades.indices)
  func downgrade(_ index: Int) throws {
    let from = "chacha20poly1305_x25519,secretbox_x25519,hmac_sha3_512"
    let to = Self.downgrades[index].to
    try withLoop { loop in
      let far = try node(loop, "far", methods: nil)
      defer { far.close() }
      let man = try MiddleMan(to: far.address, loop)
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
      let near = try node(loop, "near", methods: nil, seeds: [man.address])
      defer { near.close() }
      var failures = 0
      near.onFailedDial = { _ in failures += 1 }
      loop.run(until: { failures > 0 })
      #expect(changes >= 2)
      #expect(near.connectedNodes.isEmpty && far.connectedNodes.isEmpty)
      let text = String(decoding: sent, as: UTF8.self)
      #expect(!text.contains("\ncleartext;") && !text.contains("\ntls_anon;"))
    }
  }
}
