import Testing

@testable import AEMPWire

/// A network that changes from one secret to another, node by node.
struct RotationTests {
  private static let methods: [AuthMethod] = [
    .chacha20Poly1305X25519, .secretboxX25519, .hmacSHA3_512,
  ]

  private func configuration(
    _ id: String, _ secrets: [String], _ method: AuthMethod
  ) throws -> HandshakeConfiguration {
    HandshakeConfiguration(
      nodeID: id, secrets: try secrets.compactMap { try Secret($0) }, authAccept: [method],
      authOffer: [method])
  }

  @Test(
    "two nodes that have one secret in common find it, sealed or not",
    arguments: [
      (["new", "old"], ["old"]), (["new", "old"], ["new"]), (["old"], ["new", "old"]),
      (["new"], ["new", "old"]), (["a", "b", "c"], ["d", "c", "b"]),
      (["new", "old"], ["old", "new"]),
    ], methods)
  func common(secrets: ([String], [String]), method: AuthMethod) throws {
    // Both orders of the nonces occur.
    for _ in 0..<10 {
      let pair = try Pair(
        configuration("alpha", secrets.0, method), configuration("beta", secrets.1, method))
      pair.run()
      let (a, b) = (pair.dialler.connection, pair.listener.connection)
      #expect(a?.peer.nodeID == "beta" && b?.peer.nodeID == "alpha")
      #expect(a?.authMethod == method && b?.authMethod == method)
    }
  }

  @Test(
    "without a common secret both refuse before anything is sent to guess with", arguments: methods)
  func none(method: AuthMethod) throws {
    let pair = try Pair(
      configuration("alpha", ["a", "b"], method), configuration("beta", ["c"], method))
    pair.run()
    for owner in [pair.dialler, pair.listener] {
      let refusal = owner.refusal
      #expect(refusal?.code == .wrongSecret)
      let sends = owner.actions.count { if case .send = $0 { true } else { false } }
      #expect(sends == 1, "only the greeting")
    }
  }

  @Test("of several common secrets it is the first of the client's list, on both sides")
  func preference() throws {
    for (own, client) in [(["x", "y"], ["y", "x"]), (["y", "x"], ["x", "y"])] {
      for isClient in [true, false] {
        // "0" sorts before "1": the side with it is the client.
        let us = try machine("us", own, nonce: isClient ? "0" : "1", .dialling)
        let them = try machine("them", client, nonce: isClient ? "1" : "0", .accepting)
        us.start()
        them.start()
        let greetings = [us.takeSent(), them.takeSent()]
        us.feed(greetings[1])
        them.feed(greetings[0])
        let line = us.takeSent()
        let used = try #require(try Secret(isClient ? own[0] : client[0]))
        let data = try Transcript(ours: greetings[0], theirs: greetings[1]).ownData(
          for: .hmacSHA3_512, secret: used)
        #expect(line == AuthLine(method: .hmacSHA3_512, data: data, framing: .cbor).bytes)
        them.feed(line)
        us.feed(them.takeSent())
        let connected = us.connection != nil && them.connection != nil
        #expect(connected)
      }
    }
  }

  /// A machine with a nonce of our choice that is not sealed.
  private func machine(
    _ id: String, _ secrets: [String], nonce: String, _ role: Handshake.Role, saysWhich: Bool = true
  ) throws -> Owner {
    let configuration = try configuration(id, secrets, .hmacSHA3_512)
    let nonce = Nonce(replaying: nonce)
    let greeting = configuration.greeting(peerAddress: "", nonce: saysWhich ? nonce : nil)
    return Owner(
      Handshake(configuration, as: role, greeting: try GreetingLines(greeting, nonce)))
  }

  @Test(
    "to a peer that does not say which secrets it has, a dialler with several answers with its one",
    arguments: ["new", "old"])
  func dialling(secret: String) throws {
    let us = Owner(
      try Handshake(
        configuration("us", ["new", "old"], .hmacSHA3_512), as: .dialling, peerAddress: ""))
    // A 2.02 node sends its line unasked, as a dialling machine does.
    let them = try machine("them", [secret], nonce: "n", .dialling, saysWhich: false)
    us.start()
    them.start()
    them.feed(us.takeSent())
    let back = them.takeSent()
    us.feed(back.prefix { $0 != 10 } + [10])
    us.feed(back.drop { $0 != 10 }.dropFirst().prefix { $0 != 10 } + [10])
    let early = us.takeSent()
    #expect(early == [], "it waits for the other line")
    us.feed(back.drop { $0 != 10 }.dropFirst().drop { $0 != 10 }.dropFirst())
    let line = us.takeSent()
    #expect(!line.isEmpty)
    them.feed(line)
    let connected = us.connection != nil && them.connection != nil
    #expect(connected)
  }

  @Test(
    "an accepting node tries all its secrets, and answers with the one that fits",
    arguments: ["new", "old", "other"])
  func accepting(secret: String) throws {
    let us = Owner(
      try Handshake(
        configuration("us", ["new", "old"], .hmacSHA3_512), as: .accepting, peerAddress: ""))
    let them = try machine("them", [secret], nonce: "n", .dialling, saysWhich: false)
    us.start()
    them.start()
    them.feed(us.takeSent())
    us.feed(them.takeSent())
    them.feed(us.takeSent())
    let connected = us.connection != nil && them.connection != nil
    #expect(connected == (secret != "other"))
    let refusal = us.refusal?.code
    #expect(refusal == (secret == "other" ? .wrongSecret : nil))
  }

  @Test("an id of a secret is another one beside every nonce")
  func ids() throws {
    let secret = try #require(try Secret("s"))
    let ids = (0..<100).map { secret.keyID(for: Array("nonce \($0)".utf8)) }
    #expect(Set(ids).count == 100)
    #expect(ids.allSatisfy { $0.utf8.count == 8 })
  }
}
