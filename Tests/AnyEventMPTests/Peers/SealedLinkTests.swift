import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Sealed connections") struct SealedLinkTests {
  /// A node with its own rules about authentication.
  private func node(
    _ loop: Loop, _ name: String, methods: [String]? = nil, seeds: [String] = [],
    secret: String? = "the tests' secret", secrets: [String]? = nil
  ) throws -> Node {
    let node = Node(on: loop)
    try node.configure(
      ConfigurationArguments(
        nodeid: TestName.next(name), binds: ["127.0.0.1:*"], seeds: seeds, secret: secret,
        secrets: secrets, auth_accept: methods, norc: true))
    return node
  }

  private func withMiddleMan(
    methods: [String]? = nil, _ body: (Node, Node, MiddleMan, Loop) throws -> Void
  ) throws {
    try AnyEventMPTests.withMiddleMan(
      making: { try node($0, $1, methods: methods, seeds: $2) }, body)
  }

  @Test("two nodes with a secret use them, and nobody in between reads anything")
  func byDefault() throws {
    try withMiddleMan { near, far, man, loop in
      for (node, other) in [(near, far), (far, near)] {
        let connection = try #require(node.status.connections.first { $0.node == other.id })
        #expect(connection.authMethod == "chacha20poly1305_x25519")
        #expect(connection.sentAuthMethod == "chacha20poly1305_x25519")
        #expect(connection.cipher == "chacha20-poly1305")
      }
      expectSecrecy(from: near, to: far, man, loop)
      let text = String(decoding: man.seen[.there] ?? [], as: UTF8.self)
      #expect(text.contains("chacha20poly1305_x25519;"))
    }
    try withMiddleMan(methods: ["hmac_sha3_512"]) { near, far, man, loop in
      #expect(near.connection(to: far.id)?.authMethod == "hmac_sha3_512")
      near.run { snd("\(far.id)#p", "the quick brown fox") }
      loop.run(until: {
        String(decoding: man.seen[.there] ?? [], as: UTF8.self).contains("quick brown")
      })
    }
  }

  @Test("messages of all sizes arrive in order, both ways", arguments: [["cbor"], ["json"]])
  func sizes(framings: [String]) throws {
    try withPair(framings: framings) { global, slave, loop in
      expectDelivery(
        of: [0, 1, 100, 65_000, 65_536, 70_000, 1_000_000, 5, 3_000_000, 1], between: global, slave,
        loop)
    }
  }

  @Test(
    "a byte that is changed on the way costs the connection, with a reason, and delivers nothing",
    arguments: [MiddleMan.Direction.there, .back])
  func tampered(direction: MiddleMan.Direction) throws {
    let log = LogCollector.shared
    try withMiddleMan { near, far, man, loop in
      let reason = reasonOfTampering(direction, near, far, man, loop)
      let from = direction == .there ? near : far
      #expect(reason?[0] == "transport_error" && reason?[1] == .string(from.id))
      #expect(reason?[2].string?.contains("bad record") == true)
      #expect(log.lines(with: "(\(from.id))").contains { $0.contains("cannot be opened") })
    }
  }

  @Test("a node that closes says so; a connection that is cut is told from it")
  func end() throws {
    for isOrderly in [true, false] {
      try withMiddleMan { near, far, man, loop in
        var reason: Message?
        let q = near.run { port() }
        far.monitor(PortID(q.id)) { reason = $0 }
        loop.settle()
        if isOrderly { near.close() } else { man.cut() }
        loop.run(until: { reason != nil })
        let text = isOrderly ? "connection closed by the other node" : "has no end"
        #expect(reason?[2].string?.contains(text) == true, "\(String(describing: reason))")
      }
    }
  }

  @Test(
    "with a node that has no other method it is secretbox, whoever dials", arguments: [true, false])
  func secretbox(dials: Bool) throws {
    let old = ["secretbox_x25519", "tls_sha3_512", "hmac_sha3_512"]
    try withLoop { loop in
      let first = try node(loop, "first", methods: dials ? nil : old)
      let second = try node(loop, "second", methods: dials ? old : nil, seeds: [first.address])
      defer {
        first.close()
        second.close()
      }
      loop.run(until: { first.isConnected(to: second) && second.isConnected(to: first) })
      for (node, other) in [(first, second), (second, first)] {
        let connection = try #require(node.connection(to: other.id))
        #expect(connection.authMethod == "secretbox_x25519")
        #expect(connection.cipher == "xsalsa20-poly1305")
      }
    }
  }

  @Test("a peer that knows the plain method only is served, unless encryption is demanded")
  func mandatory() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let open = try node(loop, "open")
      let strict = try node(loop, "strict", methods: ["secretbox_x25519"])
      defer {
        open.close()
        strict.close()
      }
      for node in [open, strict] {
        let peer = try WirePeer(
          RawPeer.connect(node.address, loop), id: TestName.next("plain"), as: .dialling,
          methods: [.hmacSHA3_512])
        loop.run(until: { peer.established != nil || peer.isClosed })
        #expect((peer.established != nil) == (node === open))
        #expect(peer.established?.keys == nil)
        if node === strict {
          let lines = log.lines(with: peer.id)
          #expect(lines.contains { $0.contains("would not be encrypted") }, "\(lines)")
        }
      }
      let sealed = try WirePeer.connect(strict.address, id: TestName.next("sealed"), loop)
      #expect(sealed.established?.keys != nil)
    }
  }

  @Test("a node that demands encryption refuses a seed that cannot, and says what to compare")
  func mandatoryDialling() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let plain = try node(loop, "plain", methods: ["hmac_sha3_512"])
      defer { plain.close() }
      let strict = try node(
        loop, "strict", methods: ["secretbox_x25519"], seeds: [plain.address])
      defer { strict.close() }
      func lines() -> [String] {
        log.lines(with: "\(plain.address) (\(plain.id))").filter { $0.contains("encrypted") }
      }
      loop.run(until: { !lines().isEmpty })
      #expect(lines().first?.contains("auth_accept") == true)
      #expect(!strict.isConnected(to: plain))
    }
  }

  @Test("while the secret changes, old and new nodes talk; without the old one they do not")
  func rotation() throws {
    try withLoop { loop in
      let both = try node(loop, "both", secret: "the old secret", secrets: ["the new secret"])
      defer { both.close() }
      for secret in ["the old secret", "the new secret"] {
        let other = try node(loop, "other", seeds: [both.address], secret: secret)
        defer { other.close() }
        loop.run(until: { other.isConnected(to: both) && both.isConnected(to: other) })
        #expect(other.connection(to: both.id)?.authMethod == "chacha20poly1305_x25519")
      }
      let stranger = try WirePeer(
        RawPeer.connect(both.address, loop), id: TestName.next("stranger"), as: .dialling,
        secret: "another secret")
      loop.run(until: { stranger.isClosed || stranger.refusal != nil })
      #expect(stranger.established == nil)
    }
  }

  @Test("what waits is counted sealed or not, and the limit holds for both together")
  func queue() throws {
    try withLoop { loop in
      let node = try node(loop, "node")
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      #expect(peer.established?.keys != nil)
      node.queueLimit = 900_000
      var reason: Message?
      node.monitor(PortID("\(peer.id)#p")) { reason = $0 }
      let text = String(repeating: "x", count: 1000)
      node.run {
        // More than the kernel takes while the peer does not read.
        var before = 0
        while node.isConnected(to: peer.id), node.queuedBytes(for: peer.id) < 890_000 {
          snd("\(peer.id)#p", text)
          let now = node.queuedBytes(for: peer.id)
          if now > before { before = now }
        }
        #expect(before > 800_000 && before <= 900_000)
        for _ in 0..<20 { snd("\(peer.id)#p", text) }
      }
      loop.run(until: { reason != nil })
      #expect(reason?[2] == "too much queued")
    }
  }

  @Test("the high water mark counts what is sealed, however low it is")
  func highWater() throws {
    try withLoop { loop in
      let node = try node(loop, "node")
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      node.highWaterMark = 1000
      var marks: [Int] = []
      node.onHighWater = { _, count in marks.append(count) }
      node.run { snd("\(peer.id)#p", String(repeating: "x", count: 900)) }
      loop.settle()
      #expect(marks.isEmpty)
      node.run { for _ in 0..<2 { snd("\(peer.id)#p", String(repeating: "x", count: 900)) } }
      loop.run(until: { !marks.isEmpty })
      #expect(marks.count == 1)
      loop.run(until: { peer.messages(to: "p").count == 3 })
    }
  }
}

extension Node {
  fileprivate func isConnected(to id: String) -> Bool { connectedNodes.contains(id) }
}
