import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("When there are too many strangers") struct FullHouseTests {
  /// Connects and waits until the node has greeted.
  private func stranger(_ node: Node, _ loop: Loop, from host: String) throws -> RawPeer {
    let peer = try RawPeer.connect(node.address, loop, from: host)
    loop.run(until: { peer.lines.count == 2 })
    return peer
  }

  @Test("one is dropped of the address that holds most of them, its oldest first")
  func fairness() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop, limits: LimitArguments(max_strangers: 6))
      defer { node.close() }
      let (greedy, modest) = (TestHost.next(), TestHost.next())
      let early = try stranger(node, loop, from: modest)
      var many: [RawPeer] = []
      for _ in 0..<8 { many.append(try stranger(node, loop, from: greedy)) }
      loop.run(until: { many[0].isClosed && many[1].isClosed && many[2].isClosed })
      #expect(many.filter(\.isClosed).count == 3)
      let late = try stranger(node, loop, from: TestHost.next())
      loop.run(until: { many[3].isClosed })
      #expect(!early.isClosed && !late.isClosed && many.filter(\.isClosed).count == 4)
      let lines = log.lines(with: many[0].address + ":")
      #expect(lines.count == 1)
      #expect(lines.first?.hasSuffix("that are not authenticated (see max_strangers)") == true)
    }
  }

  @Test("an address that holds as many as it may loses its own oldest, though there is room")
  func perAddress() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let limits = LimitArguments(max_strangers_per_address: 2)
      let node = try Node.listening(on: loop, limits: limits)
      defer { node.close() }
      let host = TestHost.next()
      let other = try stranger(node, loop, from: TestHost.next())
      var many: [RawPeer] = []
      for _ in 0..<3 { many.append(try stranger(node, loop, from: host)) }
      loop.run(until: { many[0].isClosed })
      #expect(!many[1].isClosed && !many[2].isClosed && !other.isClosed)
      #expect(
        log.lines(with: many[0].address).first?.contains(
          "not authenticated from one address (see max_str")
          == true)
      // A node gets in from there as well.
      let peer = try WirePeer(
        RawPeer.connect(node.address, loop, from: host), id: TestName.next("peer"), as: .dialling)
      loop.run(until: { peer.established != nil })
      #expect(many[1].isClosed && !many[2].isClosed)
    }
  }

  @Test("who has proved to know the secret and waits is no stranger any more")
  func proved() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, limits: LimitArguments(max_strangers: 1))
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      // The same node again: it is held until the first connection was asked for a sign of life.
      let second = try WirePeer(RawPeer.connect(node.address, loop), id: id, as: .dialling)
      second.waitUntilHeld(loop)
      var strangers: [RawPeer] = []
      for _ in 0..<3 { strangers.append(try stranger(node, loop, from: TestHost.next())) }
      loop.run(until: { strangers[0].isClosed && strangers[1].isClosed })
      #expect(!second.isClosed && !first.isClosed)
      #expect(node.strangerCount == 2)
    }
  }

  @Test("a handshake has its own time limit, however the bytes come")
  func timeLimit() throws {
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let limits = LimitArguments(handshake_timeout: 4)
      let node = try Node.listening(on: loop, monitorTimeout: 60, limits: limits)
      defer { node.close() }
      let silent = try stranger(node, loop, from: TestHost.next())
      let slow = try stranger(node, loop, from: TestHost.next())
      for _ in 0..<39 {
        slow.send("a")
        loop.settle()
        loop.advance(by: 0.1)
      }
      #expect(!silent.isClosed && !slow.isClosed)
      loop.advance(by: 0.2)
      loop.run(until: { silent.isClosed && slow.isClosed })
      #expect(log.lines(with: slow.address).first?.contains("not done in time") == true)
    }
  }

  @Test("refused connections leave nothing: no object, no handle, no timer")
  func nothingLeft() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop, limits: LimitArguments(max_strangers: 2))
      defer { node.close() }
      let host = TestHost.next()
      let before = loop.openHandles
      for round in 0..<60 {
        var peer: RawPeer? = try stranger(node, loop, from: host)
        #expect(node.strangerCount == 1)
        switch round % 4 {
        case 0: peer?.send("GET / HTTP/1.1\n")
        case 1:
          let greeting = "aemp;1;\(TestName.next("p"));hmac_sha3_512;cbor\nnonce\n"
          peer?.send(greeting + "hmac_sha3_512;00;cbor\n")
        case 2: peer?.stream.flushAndClose()
        default:
          // Driven out by two more.
          let others = try (0..<2).map { _ in try stranger(node, loop, from: host) }
          loop.run(until: { peer?.isClosed == true })
          for other in others { other.stream.flushAndClose() }
        }
        loop.run(until: { node.strangerCount == 0 })
        peer?.stream.close()
        peer = nil
      }
      loop.run(until: { loop.openHandles <= before })
      #expect(loop.openHandles == before)
      #expect(node.knownNodes.isEmpty)
      // Nor is room taken: two strangers are kept as ever, from this address too.
      let last = try (0..<2).map { _ in try stranger(node, loop, from: host) }
      loop.settle()
      #expect(last.allSatisfy { !$0.isClosed } && node.strangerCount == 2)
    }
  }
}
