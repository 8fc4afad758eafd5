import Testing

@testable import AEMPWire

/// The secret half of a key exchange is gone as soon as it has done its work, or cannot do it.
struct KeyWipingTests {
  /// A machine of ours whose keys we can look at.
  private func machine(_ id: String) throws -> (Owner, KeyExchange) {
    let configuration = HandshakeConfiguration(nodeID: id, secret: try Secret("s"))
    let keyExchange = KeyExchange()
    let nonce = Nonce()
    let greeting = configuration.greeting(
      peerAddress: "", nonce: nonce, keyExchange: keyExchange)
    let machine = Handshake(
      configuration, as: id == "us" ? .accepting : .dialling,
      greeting: try GreetingLines(greeting, nonce), keyExchange: keyExchange)
    return (Owner(machine), keyExchange)
  }

  @Test("when a connection is sealed")
  func established() throws {
    let (us, ours) = try machine("us")
    let (them, theirs) = try machine("them")
    us.start()
    them.start()
    them.feed(us.takeSent())
    us.feed(them.takeSent())
    #expect(ours.isWiped)
    #expect(!theirs.isWiped)
    them.feed(us.takeSent())
    #expect(theirs.isWiped)
    let sealed = us.connection?.keys != nil && them.connection?.keys != nil
    #expect(sealed)
  }

  @Test("when the connection is made without it")
  func notNeeded() throws {
    let (us, keys) = try machine("us")
    let them = Owner(
      try Handshake(
        HandshakeConfiguration(
          nodeID: "them", secret: try Secret("s"), authAccept: [.hmacSHA3_512]), as: .dialling,
        peerAddress: ""))
    us.start()
    them.start()
    them.feed(us.takeSent())
    us.feed(them.takeSent())
    let connection = us.connection
    #expect(connection != nil && connection?.keys == nil)
    #expect(keys.isWiped)
  }

  @Test("when the other end is refused, goes away or takes too long")
  func failed() throws {
    for event in 0..<3 {
      let (us, keys) = try machine("us")
      us.start()
      #expect(!keys.isWiped)
      switch event {
      case 0: us.feed("nonsense\n".utf8)
      case 1: us.perform(us.machine.endOfStream())
      default: us.perform(us.machine.timedOut())
      }
      #expect(keys.isWiped)
    }
  }

  @Test("a pair works once")
  func once() throws {
    let (pair, other) = (KeyExchange(), KeyExchange())
    _ = try pair.agree(with: other.publicKey)
    #expect(pair.isWiped)
    #expect(throws: Refusal.self) { try pair.agree(with: other.publicKey) }
    #expect("\(pair)" == Base64.encode(pair.publicKey))
  }

  @Test("what was a key consists of zeros")
  func memory() {
    let key = KeyMemory(count: 32) { $0.update(repeating: 7, count: 32) }
    #expect(key.bytes.allSatisfy { $0 == 7 })
    key.wipe()
    #expect(key.bytes.allSatisfy { $0 == 0 })
  }
}
