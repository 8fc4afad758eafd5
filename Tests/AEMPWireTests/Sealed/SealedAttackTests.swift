import Testing

@testable import AEMPWire

/// Somebody between two nodes, or in the place of one, who does not know the secret, or is malicious.
struct SealedAttackTests {
  private func configuration(
    _ id: String, _ methods: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods
  ) throws -> HandshakeConfiguration {
    HandshakeConfiguration(
      nodeID: id, secret: try Secret("s"), authAccept: methods, authOffer: methods)
  }

  /// Small conversations, so that every bit of them can be flipped.
  private static let small = SealedVector.all.filter { $0.listener.secrets.count == 3 }

  /// What comes of a stream: how the handshake ended, or what was opened behind it.
  private func play(
    _ stream: [UInt8], to machine: consuming Handshake
  ) -> (refusal: Refusal?, opened: Opened?) {
    let owner = Owner(machine)
    owner.start()
    owner.feed(stream)
    guard let connection = owner.connection, let keys = connection.keys else {
      owner.perform(owner.machine.endOfStream())
      return (owner.refusal, nil)
    }
    return (nil, Opened(RecordOpener(keys), [connection.rest]))
  }

  @Test(
    "every flipped bit of a recorded conversation is noticed, and nothing behind it delivered",
    arguments: small)
  func flippedBits(vector: SealedVector) throws {
    for (own, role, other) in vector.ends {
      let stream = other.stream
      let handshakeLength = stream.count - other.sealed.count
      let contents = other.contents.dropLast().flatMap { $0 }
      for position in stream.indices {
        for bit in 0..<8 {
          var flipped = stream
          flipped[position] ^= 1 << bit
          let (refusal, opened) = play(flipped, to: try own.machine(as: role))
          if position < handshakeLength {
            #expect(refusal != nil, "byte \(position), bit \(bit)")
            #expect(opened == nil)
          } else {
            let opened = try #require(opened)
            #expect(opened.error != nil, "byte \(position), bit \(bit)")
            #expect(!opened.hasEnded)
            let isPrefix = contents.starts(with: opened.bytes)
            #expect(isPrefix && opened.bytes.count <= position - handshakeLength)
          }
        }
      }
    }
  }

  @Test(
    "a recorded handshake, sent to a fresh connection, proves nothing", arguments: small)
  func replay(vector: SealedVector) throws {
    for (own, role, other) in vector.ends {
      let configuration = try own.configuration
      let (refusal, opened) = play(
        other.stream, to: try Handshake(configuration, as: role, peerAddress: "127.0.0.1:1"))
      #expect(refusal?.code == .wrongSecret)
      #expect(opened == nil)
      // The very same key pair and nonce are what the recording was made with.
      let again = play(other.stream, to: try own.machine(as: role))
      #expect(again.refusal == nil)
      #expect(again.opened?.error == nil)
    }
  }

  @Test(
    "our own line, sent back, proves nothing", arguments: [false, true], SealedMethod.allCases)
  func reflection(withOwnKey: Bool, method: SealedMethod) throws {
    let name = method.authMethod.rawValue
    let owner = Owner(try Handshake(configuration("us"), as: .dialling, peerAddress: ""))
    owner.start()
    let lines = String(decoding: owner.takeSent(), as: UTF8.self).split(separator: "\n")
    let own = try Greeting(line: String(lines[0]))
    let key = withOwnKey ? own[key: "x-kx"] : Base64.encode(KeyExchange().publicKey)
    owner.feed("aemp;1;them;\(name);cbor;x-kx=\(key ?? "")\nnonce\n".utf8)
    let line = owner.takeSent()
    #expect(String(decoding: line, as: UTF8.self).hasPrefix("\(name);"))
    owner.feed(line)
    let refusal = owner.refusal
    #expect(refusal?.code == .wrongSecret)
  }

  /// What the man in the middle makes of a greeting line.
  enum Change: String, CaseIterable {
    case stripped, weakened, reordered, moved, noKey, otherKey, noIDs, otherIDs, justHMAC,
      otherFraming

    func apply(_ line: String) -> String {
      guard var greeting = try? Greeting(line: line) else { return line }
      let key = Base64.encode(KeyExchange().publicKey)
      switch self {
      case .stripped: greeting.authMethods.removeAll(where: \.isSealed)
      case .weakened: greeting.authMethods.removeAll { $0 == .chacha20Poly1305X25519 }
      case .reordered: greeting.authMethods.reverse()
      case .moved: greeting.keys.reverse()
      case .noKey: greeting.keys.removeAll { $0.name == "x-kx" }
      case .otherKey:
        greeting.keys.removeAll { $0.name == "x-kx" }
        greeting.keys.append(.init("x-kx", key))
      case .noIDs: greeting.keys.removeAll { $0.name == "x-kid" }
      case .otherIDs: greeting.keys.append(.init("x-kid", "01234567"))
      case .justHMAC:
        greeting.authMethods = [.hmacSHA3_512]
        greeting.keys.removeAll { $0.name.hasPrefix("x-") }
      case .otherFraming: greeting.framings.reverse()
      }
      return greeting.line
    }
  }

  @Test(
    "whatever a man in the middle changes in the greetings, nobody gets through",
    arguments: Change.allCases, [(true, false), (false, true), (true, true)])
  func downgrade(change: Change, directions: (Bool, Bool)) throws {
    let pair = try Pair(configuration("alpha"), configuration("beta"))
    pair.dialler.start()
    pair.listener.start()
    let (there, back) = (pair.dialler.takeSent(), pair.listener.takeSent())
    pair.listener.feed(directions.0 ? changed(there, change) : there)
    pair.dialler.feed(directions.1 ? changed(back, change) : back)
    pair.run()
    let connections = [pair.dialler.connection, pair.listener.connection].compactMap { $0 }
    #expect(connections == [])
    pair.dialler.perform(pair.dialler.machine.endOfStream())
    pair.listener.perform(pair.listener.machine.endOfStream())
    let refusals = [pair.dialler.refusal, pair.listener.refusal].compactMap { $0?.code }
    #expect(refusals.contains(.wrongSecret) || refusals.contains(.authMethodNotAccepted))
    // The listener says nothing before it has verified the dialler.
    let said = pair.listener.sent
    #expect(said.isEmpty)
  }

  private func changed(_ greeting: [UInt8], _ change: Change) -> [UInt8] {
    var lines = String(decoding: greeting, as: UTF8.self).split(separator: "\n").map(String.init)
    lines[0] = change.apply(lines[0])
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// Public keys that make the same of every secret key (in either form of the last bit).
  private static let lowOrder = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ]

  @Test(
    "a key of low order is refused, even from somebody who knows the secret", arguments: lowOrder,
    SealedMethod.allCases)
  func lowOrderKeys(hex: String, method: SealedMethod) throws {
    let method = method.authMethod
    let key = bytes(hex: hex)
    for role in [Handshake.Role.dialling, .accepting] {
      let owner = Owner(try Handshake(configuration("us"), as: role, peerAddress: ""))
      owner.start()
      let ours = owner.takeSent()
      let theirs = Array(
        "aemp;1;them;\(method);cbor;x-kx=\(Base64.encode(key))\nnonce\n".utf8)
      owner.feed(theirs)
      if role == .dialling { _ = owner.takeSent() }
      let data = try Transcript(ours: theirs, theirs: ours).ownData(
        for: method, secret: try Secret("s"))
      owner.feed(AuthLine(method: method, data: data, framing: .cbor).bytes)
      let refusal = owner.refusal
      #expect(refusal?.code == .unusableKey)
      let sent = owner.takeSent()
      #expect(sent == [])
    }
  }

  @Test(
    "a connection that both greetings want sealed takes no other method",
    arguments: [
      ("hmac_sha3_512,secretbox_x25519", "secretbox_x25519", "hmac_sha3_512"),
      ("hmac_sha3_512,chacha20poly1305_x25519", "chacha20poly1305_x25519", "hmac_sha3_512"),
      (
        "secretbox_x25519,chacha20poly1305_x25519", "chacha20poly1305_x25519", "secretbox_x25519"
      ),
      ("secretbox_x25519,hmac_sha3_512", "secretbox_x25519", "chacha20poly1305_x25519"),
    ])
  func otherMethod(listed: String, expected: String, named: String) throws {
    let method = AuthMethod(rawValue: named)
    let owner = Owner(try Handshake(configuration("us"), as: .accepting, peerAddress: ""))
    owner.start()
    let ours = owner.takeSent()
    let key = Base64.encode(KeyExchange().publicKey)
    let theirs = Array("aemp;1;them;\(listed);cbor;x-kx=\(key)\nnonce\n".utf8)
    owner.feed(theirs)
    let data = try Transcript(ours: theirs, theirs: ours).ownData(
      for: method, secret: try Secret("s"))
    owner.feed(AuthLine(method: method, data: data, framing: .cbor).bytes)
    let refusal = owner.refusal
    #expect(refusal?.code == .authMethodNotAccepted)
    #expect(refusal?.reason.contains("'\(expected)' only") == true)
  }

  @Test("the proof of one method is none by another", arguments: SealedMethod.allCases)
  func proofs(method: SealedMethod) throws {
    let owner = Owner(
      try Handshake(configuration("us", [method.authMethod]), as: .accepting, peerAddress: ""))
    owner.start()
    let ours = owner.takeSent()
    let key = Base64.encode(KeyExchange().publicKey)
    let theirs = Array("aemp;1;them;\(method.authMethod);cbor;x-kx=\(key)\nnonce\n".utf8)
    owner.feed(theirs)
    let transcript = Transcript(ours: theirs, theirs: ours)
    for other in SealedMethod.allCases where other != method {
      let data = try transcript.ownData(for: other.authMethod, secret: try Secret("s"))
      owner.feed(AuthLine(method: method.authMethod, data: data, framing: .cbor).bytes)
      let refusal = owner.refusal
      #expect(refusal?.code == .wrongSecret)
    }
  }

  @Test(
    "without a usable key in both greetings the connection is not sealed, and says so",
    arguments: [
      "", ";x-kx=", ";x-kx=AAAA", ";x-kx=\(String(repeating: "A", count: 44))", ";x-kx=é",
    ])
  func unusable(field: String) throws {
    let peer = "aemp;1;them;secretbox_x25519,hmac_sha3_512;cbor\(field)\nnonce\n"
    let open = Owner(try Handshake(configuration("us"), as: .dialling, peerAddress: ""))
    open.start()
    _ = open.takeSent()
    open.feed(peer.utf8)
    let line = String(decoding: open.takeSent(), as: UTF8.self)
    #expect(line.hasPrefix("hmac_sha3_512;"))
    // Named all the same, it is not accepted.
    open.feed("secretbox_x25519;00;cbor\n".utf8)
    let code = open.refusal?.code
    #expect(code == .authMethodNotAccepted)

    for role in [Handshake.Role.dialling, .accepting] {
      let strict = Owner(
        try Handshake(configuration("us", [.secretboxX25519]), as: role, peerAddress: ""))
      strict.start()
      _ = strict.takeSent()
      strict.feed(peer.utf8)
      let refusal = strict.refusal
      #expect(refusal?.code == .notSealed)
      #expect(refusal?.reason.contains("auth_accept") == true)
      let sent = strict.takeSent()
      #expect(sent == [])
    }
  }
}
