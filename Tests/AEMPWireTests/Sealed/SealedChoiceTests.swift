import Testing

@testable import AEMPWire

/// Which cipher two nodes use whose lists differ.
struct SealedChoiceTests {
  private static let both: [AuthMethod] = [.chacha20Poly1305X25519, .secretboxX25519]
  private static let chacha: [AuthMethod] = [.chacha20Poly1305X25519]
  private static let secretbox: [AuthMethod] = [.secretboxX25519]

  private func pair(
    _ first: (accept: [AuthMethod], offer: [AuthMethod]),
    _ second: (accept: [AuthMethod], offer: [AuthMethod])
  ) throws -> Pair {
    let pair = try Pair(
      HandshakeConfiguration(
        nodeID: "a", secret: try Secret("s"), authAccept: first.accept, authOffer: first.offer),
      HandshakeConfiguration(
        nodeID: "b", secret: try Secret("s"), authAccept: second.accept, authOffer: second.offer))
    pair.run()
    return pair
  }

  @Test(
    "it is ChaCha20-Poly1305 if both list it, whatever the order, else secretbox",
    arguments: [
      (both, both, "chacha20poly1305_x25519"),
      (both, both.reversed(), "chacha20poly1305_x25519"),
      (both.reversed(), both.reversed(), "chacha20poly1305_x25519"),
      (both, chacha, "chacha20poly1305_x25519"),
      // A node of the time before ChaCha20-Poly1305.
      (both, secretbox, "secretbox_x25519"),
      (secretbox, both, "secretbox_x25519"),
      (secretbox, secretbox, "secretbox_x25519"),
    ])
  func choice(first: [AuthMethod], second: [AuthMethod], expected: String) throws {
    let pair = try pair((first, first), (second, second))
    for owner in [pair.dialler, pair.listener] {
      let connection = try #require(owner.connection)
      #expect(connection.authMethod.rawValue == expected)
      #expect(connection.sentAuthMethod.rawValue == expected)
      let name = connection.keys?.cipherName
      #expect(
        name
          == (expected == "secretbox_x25519"
            ? "XSalsa20-Poly1305" : "ChaCha20-Poly1305"))
    }
  }

  @Test("a method is used only where the node both offers and accepts it")
  func limits() throws {
    let everything = SealedChoiceTests.both
    for limited in [
      (accept: SealedChoiceTests.secretbox, offer: everything),
      (accept: everything, offer: SealedChoiceTests.secretbox),
    ] {
      let pair = try pair(limited, (everything, everything))
      #expect(pair.listener.connection?.authMethod == .secretboxX25519)
      let listed = pair.listener.peer?.authMethods
      #expect(listed == SealedChoiceTests.secretbox)
    }
  }

  @Test("nodes without a cipher in common refuse, and say what they would have")
  func nothing() throws {
    let pair = try pair(
      (SealedChoiceTests.chacha, SealedChoiceTests.chacha),
      (SealedChoiceTests.secretbox, SealedChoiceTests.secretbox))
    for (owner, own) in [
      (pair.dialler, "chacha20poly1305_x25519"), (pair.listener, "secretbox_x25519"),
    ] {
      let refusal = owner.refusal
      #expect(refusal?.code == .notSealed)
      #expect(refusal?.reason.contains("speaks none of '\(own)'") == true)
    }
  }

  @Test("what a connection's keys are made of differs from method to method")
  func separation() throws {
    let secret = try #require(try Secret("s"))
    let keys = SealedMethod.allCases.map { method in
      SealedKeys(
        method: method, secret: secret,
        shared: KeyMemory(count: 32) { $0.update(repeating: 7, count: 32) }, client: ([1], [2]),
        server: ([3], [4]), isClient: true)
    }
    let bytes = keys.flatMap { [Array($0.send.bytes), Array($0.receive.bytes)] }
    #expect(Set(bytes).count == bytes.count)
    let sealing = SealedMethod.allCases.map { method in
      secret.withSealingKey(for: method) { Array(UnsafeBufferPointer(start: $0, count: 32)) }
    }
    #expect(Set(sealing).count == sealing.count)
  }
}
