import AnyEventMP
import TestSupport
import Testing

@Suite("Many strangers") struct StrangerFloodTests {
  @Test("the same trouble again and again is logged ten times a minute and then counted")
  func flood() throws {
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      var addresses: [String] = []
      let host = TestHost.next()
      for _ in 0..<15 {
        let stranger = try RawPeer.connect(node.address, loop, from: host)
        loop.run(until: { stranger.lines.count == 2 })
        addresses.append(stranger.address)
        stranger.send("x\n")
        loop.run(until: { stranger.isClosed })
      }
      #expect(addresses.filter { !log.lines(with: $0 + ":").isEmpty }.count == 10)
      #expect(addresses.filter { !log.lines(with: $0 + ":", upTo: .debug).isEmpty }.count == 15)
      loop.advance(by: 61)
      let summaries = log.lines(with: host + ": ").filter { $0.contains("suppressed 5 similar") }
      #expect(summaries.count == 1)
    }
  }

  @Test("over the limit the oldest unauthenticated connection is dropped, and nodes still get in")
  func tooMany() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop, limits: LimitArguments(max_strangers: 3))
      defer { node.close() }
      let friend = try WirePeer.connect(node.address, id: TestName.next("friend"), loop)
      var strangers: [RawPeer] = []
      for _ in 0..<5 {
        strangers.append(try RawPeer.connect(node.address, loop))
        loop.run(until: { strangers.last?.lines.count == 2 })
      }
      loop.run(until: { strangers[0].isClosed && strangers[1].isClosed })
      #expect(strangers.filter(\.isClosed).count == 2)
      #expect(log.lines(with: strangers[0].address).first?.contains("too many connections") == true)
      let late = try WirePeer.connect(node.address, id: TestName.next("late"), loop)
      #expect(late.established != nil)
      loop.run(until: { strangers[2].isClosed })
      #expect(!friend.isClosed)
      #expect(Set(node.connectedNodes) == [friend.id, late.id])
    }
  }

  @Test("connections that come and go leave nothing in the node's tables")
  func comingAndGoing() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      for round in 0..<30 {
        let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
        loop.run(until: { node.connectedNodes == [peer.id] })
        if round % 2 == 0 { node.monitor(PortID("\(peer.id)#p")) { _ in } }
        peer.send("", "mon1", "nobody")
        peer.raw.stream.flushAndClose()
        loop.run(until: { node.knownNodes.isEmpty })
      }
      #expect(node.status.portCount == 0)
    }
  }
}
