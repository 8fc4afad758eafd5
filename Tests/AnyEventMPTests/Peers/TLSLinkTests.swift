import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Connections with TLS") struct TLSLinkTests {
  /// A node with a certificate.
  private func node(
    _ loop: Loop, _ name: String, cert: String? = "ec", secret: String? = nil,
    methods: [String]? = nil, seeds: [String] = [], monitorTimeout: Double? = nil
  ) throws -> Node {
    let node = Node(on: loop)
    try node.configure(
      ConfigurationArguments(
        nodeid: TestName.next(name), binds: ["127.0.0.1:*"], seeds: seeds, secret: secret,
        cert: try cert.map(TestFiles.pem), monitor_timeout: monitorTimeout, auth_offer: methods,
        auth_accept: methods,
        norc: true))
    return node
  }

  private func withMiddleMan(
    cert: String = "ec", _ body: (Node, Node, MiddleMan, Loop) throws -> Void
  ) throws {
    try AnyEventMPTests.withMiddleMan(making: { try node($0, $1, cert: cert, seeds: $2) }, body)
  }

  @Test(
    "two nodes with certificates and no secret talk TLS, and nobody in between reads anything",
    arguments: ["ec", "rsa", "ed25519"])
  func certificatesOnly(_ cert: String) throws {
    try withMiddleMan(cert: cert) { near, far, man, loop in
      for (node, other) in [(near, far), (far, near)] {
        let connection = try #require(node.status.connections.first { $0.node == other.id })
        #expect(connection.authMethod == "tls_sha3_512")
        #expect(connection.sentAuthMethod == "tls_sha3_512")
        #expect(connection.cipher.hasPrefix("TLSv1.3 TLS_"))
      }
      expectSecrecy(from: near, to: far, man, loop)
      let text = String(decoding: man.seen[.there] ?? [], as: UTF8.self)
      #expect(text.contains(";tls=1.0"))
    }
  }

  @Test("messages of all sizes arrive in order, both ways")
  func sizes() throws {
    try withMiddleMan { near, far, _, loop in
      expectDelivery(
        of: [0, 1, 100, 16_383, 16_384, 65_000, 70_000, 1_000_000, 5, 3_000_000, 1], between: near,
        far, loop)
    }
  }

  @Test("a byte that is changed on the way costs the connection, and delivers nothing")
  func tampered() throws {
    try withMiddleMan { near, far, man, loop in
      let reason = reasonOfTampering(.there, near, far, man, loop)
      #expect(reason?[2].string?.contains("damaged on the way or made up") == true)
    }
  }

  @Test("a connection that is cut and one that is closed are both told at once")
  func ends() throws {
    for isOrderly in [true, false] {
      try withMiddleMan { near, far, man, loop in
        var reason: Message?
        let q = near.run { port() }
        far.monitor(PortID(q.id)) { reason = $0 }
        loop.settle()
        if isOrderly { near.close() } else { man.cut() }
        loop.run(until: { reason != nil })
        #expect(reason?[0] == "transport_error")
        #expect(reason?[2] == "connection closed by the other node")
      }
    }
  }

  @Test("a node with secret and certificate serves those without TLS, unless TLS is demanded")
  func plainPeers() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let open = try node(loop, "open", secret: "the tests' secret")
      let strict = try node(
        loop, "strict", secret: "the tests' secret", methods: ["tls_sha3_512"])
      defer {
        open.close()
        strict.close()
      }
      for methods in [[AuthMethod.hmacSHA3_512], HandshakeConfiguration.defaultAuthMethods] {
        let peer = try WirePeer(
          RawPeer.connect(open.address, loop), id: TestName.next("plain"), as: .dialling,
          methods: methods)
        loop.run(until: { peer.established != nil || peer.isClosed })
        #expect(peer.established?.authMethod == methods.first)
        let other = try WirePeer(
          RawPeer.connect(strict.address, loop), id: TestName.next("plain"), as: .dialling,
          methods: methods)
        loop.run(until: { other.refusal != nil || other.isClosed })
        #expect(other.established == nil)
        #expect(!log.lines(with: other.id).isEmpty)
      }
      let near = try node(loop, "near", seeds: [strict.address])
      defer { near.close() }
      loop.run(until: { near.isConnected(to: strict) })
    }
  }

  @Test(
    "nodes with certificates that the other does not trust, or that have expired, stay apart",
    arguments: [("ed25519", "foreign"), ("expired", "foreign"), ("future", "foreign")])
  func strangers(_ cert: String, _ word: String) throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let good = try node(loop, "good")
      defer { good.close() }
      let bad = try node(loop, "bad", cert: cert, seeds: [good.address])
      defer { bad.close() }
      func lines(_ node: Node) -> [String] {
        log.lines(with: "(\(node.id))").filter { $0.contains("TLS: ") }
      }
      loop.run(until: { !lines(bad).isEmpty && !lines(good).isEmpty })
      let all = lines(bad) + lines(good)
      #expect(all.contains { $0.contains(word) }, "\(all)")
      #expect(!good.isConnected(to: bad) && !bad.isConnected(to: good))
    }
  }

  @Test("expired nodes with the same certificate stay apart as well, and say that it has expired")
  func expired() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let first = try node(loop, "first", cert: "expired")
      defer { first.close() }
      let second = try node(loop, "second", cert: "expired", seeds: [first.address])
      defer { second.close() }
      func lines() -> [String] {
        (log.lines(with: "(\(first.id))") + log.lines(with: "(\(second.id))"))
          .filter { $0.contains("expired") }
      }
      loop.run(until: { !lines().isEmpty })
      #expect(!first.isConnected(to: second))
    }
  }

  @Test("a stranger without a certificate, whichever role falls to it, gets nothing")
  func noCertificate() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try node(loop, "node")
      defer { node.close() }
      let bare = try TLSContext(verify: false)
      var roles: Set<TLSRole> = []
      while roles.count < 2 {
        let id = TestName.next("bare")
        let peer = try TLSPeer(RawPeer.connect(node.address, loop), id: id, bare)
        loop.run(until: { peer.raw.isClosed })
        if let role = peer.role { roles.insert(role) }
        #expect(peer.established == nil)
        #expect(!node.connectedNodes.contains(id))
        loop.run(until: { !log.lines(with: "(\(id))").isEmpty })
      }
    }
  }

  @Test("a peer with the certificate is let in; by tls_anon only if that is accepted")
  func methods() throws {
    try withLoop { loop in
      let context = try TLSContext(
        cert: TestFiles.pem("ec"), ca_cert: TestFiles.pem("ec"),
        verify_require_client_cert: true)
      for methods in [nil, ["tls_anon", "tls_sha3_512"]] as [[String]?] {
        let node = try node(loop, "node", methods: methods)
        defer { node.close() }
        for (peers, ok) in [([.tlsSHA3_512], true), ([.tlsAnonymous], methods != nil)]
          as [([AuthMethod], Bool)]
        {
          let peer = try TLSPeer(
            RawPeer.connect(node.address, loop), id: TestName.next("peer"), context,
            methods: peers)
          loop.run(until: {
            peer.established != nil || peer.refusal != nil || peer.raw.isClosed
          })
          #expect((peer.established != nil) == ok)
        }
      }
    }
  }

  @Test("garbage, plain lines and silence in place of TLS are refused with a reason")
  func garbage() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try node(loop, "node", secret: "the tests' secret")
      defer { node.close() }
      // Only silence is ended by time.
      let hasty = try self.node(loop, "hasty", secret: "the tests' secret", monitorTimeout: 0.5)
      defer { hasty.close() }
      for text in [
        "tls_anon;;cbor\n", "GET / HTTP/1.0\r\n\r\n", String(repeating: "\u{16}", count: 999), "",
      ] {
        let id = TestName.next("garbage")
        let address = text.isEmpty ? hasty.address : node.address
        let peer = try TLSPeer(RawPeer.connect(address, loop), id: id, nil)
        loop.run(until: { peer.role != nil })
        peer.raw.send(text)
        loop.run(until: { peer.raw.isClosed })
        func lines() -> [String] { log.lines(with: "(\(id))") }
        loop.run(until: { !lines().isEmpty })
        let word = text.isEmpty ? "TLS handshake" : "TLS: "
        #expect(lines().contains { $0.contains(word) }, "\(lines())")
      }
      // Cut in the middle.
      let id = TestName.next("cut")
      let peer = try TLSPeer(RawPeer.connect(node.address, loop), id: id, nil)
      loop.run(until: { peer.role != nil })
      peer.cut()
      func lines() -> [String] { log.lines(with: "(\(id))") }
      loop.run(until: { !lines().isEmpty })
      #expect(lines().contains { $0.contains("before its TLS handshake was complete") })
      #expect(node.strangerCount == 0)
    }
  }

  @Test("a certificate that cannot be used is told when the node is configured")
  func unusable() {
    withLoop { loop in
      for cert in ["no-key", "mismatch", "damaged", "weak"] {
        let error = #expect(throws: ConfigurationError.self) {
          try node(loop, "node", cert: cert).close()
        }
        #expect(error?.description.contains("cert") == true)
      }
    }
  }
}
