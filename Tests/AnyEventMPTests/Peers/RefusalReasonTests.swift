import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// What a node is told about itself.
struct NodeSettings: Sendable {
  var secret: String? = "the tests' secret"
  var cert: String?
  var framings: [String]?
  var offer: [String]?
  var accept: [String]?
  /// A node id that is not its own alone.
  var isNamesake = false
  var heartbeat: Double?
  var secure: Bool?

  func node(_ loop: Loop, _ id: String, seeds: [String] = []) throws -> Node {
    let node = Node(on: loop)
    try node.configure(
      ConfigurationArguments(
        "test", nodeid: id, binds: ["\(TestHost.next()):*"], seeds: seeds, secret: secret,
        cert: try cert.map(TestFiles.pem), heartbeat: heartbeat, framing_format: framings,
        auth_offer: offer, auth_accept: accept, secure: secure, norc: true))
    return node
  }
}

/// Two nodes of which one dials the other, and what each says at the default level.
struct FailedPair: CustomTestStringConvertible, Sendable {
  let name: String
  let near: NodeSettings
  let far: NodeSettings
  /// What the dialling node says; nil: nothing.
  let nearSays: [String]?
  let farSays: [String]?
  /// What neither may say.
  var never: [String] = []

  var testDescription: String { name }

  private static let secret = NodeSettings()
  private static let nothing = NodeSettings(secret: nil)
  private static let certificate = NodeSettings(secret: nil, cert: "ec")

  static let all = [
    FailedPair(
      name: "the secrets differ", near: secret, far: NodeSettings(secret: "another secret"),
      nearSays: ["compare the secret"], farSays: ["compare the secret"]),
    FailedPair(
      name: "the listener has neither secret nor certificate", near: secret, far: nothing,
      nearSays: ["accepts nothing", "neither the secret nor a certificate"],
      farSays: ["this node has neither a secret nor a certificate"]),
    FailedPair(
      name: "the dialler has neither secret nor certificate", near: nothing, far: secret,
      nearSays: ["this node has neither a secret nor a certificate"],
      farSays: ["accepts nothing", "neither the secret nor a certificate"]),
    FailedPair(
      name: "the listener has only a certificate, the dialler only a secret", near: secret,
      far: certificate, nearSays: ["wants TLS", "no certificate", "cert"],
      farSays: ["the other end does not use TLS", "no secret"], never: ["compare the secret"]),
    FailedPair(
      name: "the dialler has only a certificate, the listener only a secret", near: certificate,
      far: secret, nearSays: ["the other end does not use TLS", "no secret"],
      farSays: ["wants TLS", "no certificate", "cert"], never: ["compare the secret"]),
    FailedPair(
      name: "neither knows who has issued the other's certificate",
      near: NodeSettings(secret: nil, cert: "ed25519"), far: certificate,
      nearSays: ["TLS: ", "certificate", "compare cert"],
      farSays: ["TLS: ", "certificate", "compare cert"], never: ["secret"]),
    FailedPair(
      name: "the certificate has expired", near: NodeSettings(secret: nil, cert: "expired"),
      far: NodeSettings(secret: nil, cert: "expired"), nearSays: ["expired", "compare cert"],
      farSays: ["expired", "compare cert"], never: ["secret"]),
    FailedPair(
      name: "no common framing", near: NodeSettings(framings: ["json"]),
      far: NodeSettings(framings: ["cbor"]), nearSays: ["no common framing", "framing_format"],
      farSays: ["no common framing", "framing_format"], never: ["secret"]),
    FailedPair(
      name: "only one of them encrypts",
      near: NodeSettings(offer: ["secretbox_x25519"], accept: ["secretbox_x25519"]),
      far: NodeSettings(offer: ["hmac_sha3_512"], accept: ["hmac_sha3_512"]),
      nearSays: ["would not be encrypted", "auth_accept"],
      farSays: ["no common authentication method", "auth_offer"], never: ["compare the secret;"]),
    FailedPair(
      name: "the listener may send nothing that it accepts", near: secret,
      far: NodeSettings(offer: ["secretbox_x25519"], accept: ["hmac_sha3_512"]),
      nearSays: ["although it has our secret", "its log says why", "auth_offer"],
      farSays: ["no common authentication method", "auth_offer"],
      never: ["compare the secret in the"]),
    FailedPair(
      name: "two nodes have one id", near: NodeSettings(isNamesake: true), far: secret,
      nearSays: ["another node has our node id", "give one of the two another nodeid"],
      farSays: ["another node has our node id", "give one of the two another nodeid"],
      never: ["myself", "secret"]),
  ]
}

/// A peer in the hands of the test, and what the node says at the default level about it.
struct RefusedPeer: CustomTestStringConvertible, Sendable {
  let name: String
  /// What the peer sends, after the greeting of the node has come.
  let text: String
  /// Whether the node has dialled it.
  var isDialled = false
  var hangsUp = false
  /// Whether nothing more happens until the time is over.
  var isSlow = false
  /// Nil: nothing at the default level, but something for who looks closer.
  let says: [String]?

  var testDescription: String { name }

  private static let greeting = "aemp;1;peer;hmac_sha3_512;cbor,json\nnonce\n"
  private static let http = "HTTP/1.1 400 Bad Request\r\n\r\n"
  private static let long = String(repeating: "x", count: 5000)

  static let all = [
    RefusedPeer(name: "no AEMP", text: http, says: nil),
    RefusedPeer(name: "an endless line", text: long, says: nil),
    RefusedPeer(name: "too few fields", text: "aemp;1;x\n", says: nil),
    RefusedPeer(name: "nothing, then the end", text: "", hangsUp: true, says: nil),
    RefusedPeer(name: "silence", text: "", isSlow: true, says: nil),
    RefusedPeer(name: "a greeting, then the end", text: greeting, hangsUp: true, says: nil),
    RefusedPeer(
      name: "a greeting, then silence", text: greeting, isSlow: true,
      says: ["(peer)", "not done in time", "authentication line", "handshake_timeout"]),
    RefusedPeer(
      name: "another version", text: "aemp;2;peer;hmac_sha3_512;cbor\nnonce\n",
      says: ["version '2'", "same generation"]),
    RefusedPeer(
      name: "no node id", text: "aemp;1;a b;hmac_sha3_512;cbor\nnonce\n", says: ["'a b'", "A-Z"]),
    RefusedPeer(
      name: "a long line behind a greeting", text: "aemp;1;peer;hmac_sha3_512;cbor\n" + long,
      says: ["(peer)", "more than 4096 bytes"]),
    RefusedPeer(
      name: "another protocol", text: "aemp-other;1;peer;hmac_sha3_512;cbor\nnonce\n",
      says: ["(peer)", "aemp-other", "does not"]),
    RefusedPeer(
      name: "no proof",
      text: greeting + "hmac_sha3_512;\(String(repeating: "0a", count: 64));json\n",
      says: ["(peer)", "compare the secret"]),
    RefusedPeer(
      name: "dialled, no AEMP", text: http, isDialled: true,
      says: ["HTTP/1.1", "check host and port"]),
    RefusedPeer(
      name: "dialled, the end at once", text: "", isDialled: true, hangsUp: true,
      says: ["closed the connection before its greeting", "check host and port"]),
    RefusedPeer(
      name: "dialled, silence", text: "", isDialled: true, isSlow: true,
      says: ["not done in time", "greeting", "check host and port"]),
    RefusedPeer(
      name: "dialled, a greeting, then silence", text: greeting, isDialled: true, isSlow: true,
      says: ["(peer)", "not done in time", "authentication line"]),
    RefusedPeer(
      name: "dialled, another version", text: "aemp;2;peer;hmac_sha3_512;cbor\nnonce\n",
      isDialled: true, says: ["version '2'"]),
    RefusedPeer(
      name: "dialled, the greeting of a data connection",
      text: "aemp-dataconn;1;peer;hmac_sha3_512;cbor\nnonce\n", isDialled: true,
      says: ["'aemp-dataconn'", "only diallers use"]),
    RefusedPeer(
      name: "dialled, hangs up on our proof, of whose secret nothing is known", text: greeting,
      isDialled: true, hangsUp: true,
      says: ["(peer)", "hung up on our authentication", "compare the secret", "its log says why"]),
  ]
}

@Suite("Refusals say the reason at the right end") struct RefusalReasonTests {
  private let log = LogCollector.shared

  /// What a node that has dialled this address says.
  private func diallerLines(_ address: String, upTo level: LogLevel = .error) -> [String] {
    log.lines(with: address, upTo: level)
      .filter { $0.hasPrefix("\(address) ") || $0.hasPrefix("\(address):") }
  }

  /// What others say about that node.
  private func listenerLines(_ id: String, of address: String) -> [String] {
    log.lines(with: id, upTo: .error).filter { !$0.hasPrefix(address) }
  }

  private func expect(_ lines: [String], _ words: [String]?, never: [String] = [], _ who: Comment) {
    #expect(lines.count == (words == nil ? 0 : 1), who)
    for line in lines {
      for word in words ?? [] { #expect(line.contains(word), who) }
      for word in never { #expect(!line.contains(word), who) }
    }
  }

  @Test("of two nodes that do not get along each says what is wrong", arguments: FailedPair.all)
  func pairs(_ pair: FailedPair) throws {
    try withLoop(manualTime: 1000) { loop in
      let far = try pair.far.node(loop, TestName.next("far"))
      defer { far.close() }
      let nearID = pair.near.isNamesake ? far.id : TestName.next("near")
      let near = try pair.near.node(loop, nearID, seeds: [far.address])
      defer { near.close() }
      let nearLines = { diallerLines(far.address) }
      let farLines = { listenerLines(nearID, of: far.address) }
      let isTold = {
        (pair.nearSays == nil || !nearLines().isEmpty)
          && (pair.farSays == nil || !farLines().isEmpty)
      }
      loop.run(until: { isTold() || (!farLines().isEmpty && near.strangerCount == 0) })
      // Who is hung up on waits for a second whether the other node comes itself.
      if !isTold() { loop.advance(by: 1.01) }
      loop.run(until: isTold)
      loop.settle()
      expect(nearLines(), pair.nearSays, never: pair.never, "the dialling node")
      expect(farLines(), pair.farSays, never: pair.never, "the other node")
      #expect(!near.isConnected(to: far) && !far.isConnected(to: near))
      #expect(near.strangerCount == 0 && far.strangerCount == 0)
    }
  }

  @Test("of a peer that does not get along the node says what is wrong", arguments: RefusedPeer.all)
  func peers(_ peer: RefusedPeer) throws {
    try withLoop(manualTime: 1000) { loop in
      var accepted: RawPeer?
      let listener = try loop.listen(on: TestHost.next(), 0) { socket in
        accepted = RawPeer(loop: loop, socket: socket)
      }
      defer { listener.close() }
      let address = listener.address.description
      let node = try Node.listening(on: loop, seeds: peer.isDialled ? [address] : [])
      defer { node.close() }
      if peer.isDialled { loop.run(until: { accepted != nil }) }
      let raw = try accepted ?? RawPeer.connect(node.address, loop)
      loop.run(until: { raw.lines.count >= 2 })
      let place = peer.isDialled ? address : raw.address
      raw.send(peer.text)
      // A dialler proves itself at once.
      if peer.isDialled, peer.text.hasSuffix("\nnonce\n") {
        loop.run(until: { raw.lines.count >= 3 || raw.isClosed })
      }
      if peer.hangsUp { raw.stream.flushAndClose() }
      if peer.isSlow {
        loop.settle()
        loop.advance(by: 31)
      }
      loop.run(until: { !diallerLines(place, upTo: .warn).isEmpty })
      loop.run(until: { raw.isClosed || peer.hangsUp })
      #expect(diallerLines(place, upTo: .warn).count == 1)
      expect(diallerLines(place), peer.says, "the node")
      withExtendedLifetime(accepted) {}
    }
  }

  @Test("a node whose id another one has at a third says so, and so does the third")
  func namesakes() throws {
    try withLoop { loop in
      let settings = NodeSettings()
      // It learns soon whether the first of them lives.
      let far = try NodeSettings(heartbeat: 0.1).node(loop, TestName.next("far"))
      defer { far.close() }
      let id = TestName.next("namesake")
      let first = try settings.node(loop, id, seeds: [far.address])
      defer { first.close() }
      loop.run(until: { far.isUp(id) == true })
      let second = try settings.node(loop, id, seeds: [far.address])
      defer { second.close() }
      let farLines = { listenerLines("the node id \(id) is in use", of: far.address) }
      loop.run(until: { !farLines().isEmpty && !diallerLines(far.address).isEmpty })
      #expect(farLines().allSatisfy { $0.contains("give one of them another nodeid") })
      for line in diallerLines(far.address) {
        #expect(
          line.contains("another node has our node id") && !line.contains("compare the secret"))
      }
    }
  }

  @Test("without heartbeats, or in vain, a second node of an id is told to rename one of them")
  func heldID() throws {
    try withLoop(manualTime: 1000) { loop in
      for interval in [5.0, 0] {
        let node = try Node.listening(on: loop, heartbeat: interval)
        defer { node.close() }
        let id = TestName.next("peer")
        let first = try WirePeer.connect(node.address, id: id, loop)
        loop.run(until: { node.isUp(id) == true })
        let second = try WirePeer(RawPeer.connect(node.address, loop), id: id, as: .dialling)
        if interval > 0 {
          second.waitUntilHeld(loop)
          loop.advance(by: 1.1)
        }
        loop.run(until: { second.isClosed })
        let lines = log.lines(with: "the node id \(id) is in use by the connection", upTo: .error)
        #expect(lines.count == 1 && !first.isClosed)
      }
    }
  }

  @Test("a node that has itself as a seed says nothing of it at the default level")
  func ownSeed() throws {
    try withLoop(manualTime: 1000) { loop in
      let place = try TestHost.silentAddress(loop)
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [place], seeds: [place],
          secret: "the tests' secret", norc: true))
      loop.run(until: { node.seedAddresses.isEmpty })
      loop.settle()
      #expect(node.status.isGlobal && log.lines(with: node.id, upTo: .warn).isEmpty)
      #expect(log.lines(with: "\(place)", upTo: .warn).isEmpty)
    }
  }

  @Test("when there is no room for strangers that is said with the setting, however many they are")
  func fullHouse() throws {
    try withLoop(manualTime: 1000) { loop in
      let limits = LimitArguments(max_strangers: 1, max_log_lines: 3)
      let node = try Node.listening(on: loop, limits: limits)
      defer { node.close() }
      var strangers: [RawPeer] = []
      for _ in 0..<10 {
        strangers.append(try RawPeer.connect(node.address, loop))
        loop.run(until: { strangers.last?.lines.count == 2 })
      }
      let lines = strangers.flatMap { diallerLines($0.address) }
      #expect(lines.count == 3 && lines.allSatisfy { $0.contains("max_strangers") })
    }
  }

  @Test(
    "a data connection that nobody has announced is told at both ends, and no secret is doubted")
  func unannounced() throws {
    try withLoop(manualTime: 1000) { loop in
      let settings = NodeSettings()
      // It refuses to be told of the connection, but the other end dials at once.
      let far = try NodeSettings(secure: true).node(loop, TestName.next("far"))
      defer { far.close() }
      let near = try settings.node(loop, TestName.next("near"), seeds: [far.address])
      defer { near.close() }
      loop.run(until: { near.isConnected(to: far) && far.isConnected(to: near) })
      var isOver = false
      near.connectData(to: far.id, within: 20, function: "My::data") { _ in isOver = true }
      let farLines = {
        listenerLines(near.id, of: far.address).filter { !$0.contains("says secure") }
      }
      loop.run(until: { isOver && !farLines().isEmpty })
      expect(
        diallerLines(far.address), ["does not expect this connection"], never: ["secret"],
        "the dialling node")
      expect(
        farLines(), ["nobody has announced this data connection"],
        never: ["secret"], "the other node")
    }
  }
}
