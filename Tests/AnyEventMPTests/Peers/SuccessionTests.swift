import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Several connections that want to succeed one that is lost") struct SuccessionTests {
  @Test("one of them is taken, the others are refused", arguments: [2, 3, 5])
  func several(count: Int) throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.connectedNodes == [id] })

      let successors = try (0..<count).map { _ in
        try WirePeer(RawPeer.connect(node.address, loop), id: id, as: .dialling)
      }
      for successor in successors { successor.waitUntilHeld(loop) }
      first.raw.stream.flushAndClose()
      loop.run(until: { successors.filter(\.isClosed).count == count - 1 })
      loop.run(until: { successors.contains { $0.established != nil } })
      #expect(successors.filter { $0.established != nil }.count == 1)
      #expect(node.connectedNodes == [id])
      #expect(node.strangerCount == 0)
    }
  }

  @Test("who dials a node that is connected is told so at once, and nobody doubts the connection")
  func ownDial() throws {
    try withLoop(manualTime: 1000) { loop in
      // Two seeds, of which both are the same node.
      var sockets: [[ConnectedSocket]] = [[], []]
      let listeners = try (0..<2).map { index in
        try loop.listen(on: TestHost.next(), 0) { sockets[index].append($0) }
      }
      defer { for listener in listeners { listener.close() } }
      let node = try Node.listening(on: loop, seeds: listeners.map(\.address.description))
      defer { node.close() }
      var failures = 0
      node.onFailedDial = { _ in failures += 1 }
      loop.run(until: { sockets.allSatisfy { $0.count == 1 } })
      let id = TestName.next("seed")
      func answer(_ socket: ConnectedSocket) throws -> WirePeer {
        try WirePeer(RawPeer(loop: loop, socket: socket), id: id, as: .accepting)
      }
      let first = try answer(sockets[0][0])
      loop.run(until: { node.connectedNodes == [id] })
      let second = try answer(sockets[1][0])
      loop.run(until: { second.isClosed })
      #expect(second.established == nil && node.strangerCount == 0 && failures == 0)
      // Nobody is asked for a sign of life, and none of the seeds is dialled again.
      loop.advance(by: 3)
      loop.settle()
      #expect(!first.messages().contains { $0.first == "snd" } && !first.isClosed)
      #expect(sockets.allSatisfy { $0.count == 1 })
    }
  }

  @Test("who waits is still there when the old connection is given up")
  func patience() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, heartbeat: 4)
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.connectedNodes == [id] })
      let successor = try WirePeer(
        RawPeer.connect(node.address, loop), id: id, as: .dialling,
        keys: [WirePeer.agreement])
      successor.waitUntilHeld(loop)
      // The old one says nothing.
      var time = 0.0
      while !first.isClosed, !successor.isClosed, time < 12 {
        loop.advance(by: 0.1)
        loop.settle()
        time += 0.1
      }
      #expect(first.isClosed && time >= 4)
      loop.run(until: { successor.established != nil || successor.isClosed })
      #expect(successor.established != nil)
    }
  }

  @Test("a successor that goes by 2.02's rules waits for a second, and then is refused")
  func patienceWithPerl() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.connectedNodes == [id] })
      let successor = try WirePeer(RawPeer.connect(node.address, loop), id: id, as: .dialling)
      successor.waitUntilHeld(loop)
      loop.advance(by: 0.9)
      loop.settle()
      #expect(node.strangerCount == 1 && !successor.isClosed)
      loop.advance(by: 0.2)
      loop.run(until: { successor.isClosed })
      #expect(!first.isClosed && successor.established == nil)
    }
  }

  @Test("all are refused when the old connection proves to be alive, and the node id is named")
  func alive() throws {
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, heartbeat: 1.5)
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.connectedNodes == [id] })
      var losses = 0
      let watch = node.watchNodes { _, isUp, _ in if !isUp { losses += 1 } }
      let successors = try (0..<3).map { _ in
        try WirePeer(RawPeer.connect(node.address, loop), id: id, as: .dialling)
      }
      for successor in successors { successor.waitUntilHeld(loop) }
      // It is asked for a sign of life, and gives one.
      loop.run(until: { first.messages().contains { $0.first == "snd" } })
      first.send("-")
      for _ in 0..<9 {
        loop.settle()
        loop.advance(by: 0.1)
      }
      loop.run(until: { successors.allSatisfy(\.isClosed) })
      #expect(losses == 0 && node.connectedNodes == [id])
      #expect(!first.isClosed && successors.allSatisfy { $0.established == nil })
      let complaint = "the node id \(id) is in use by a living node"
      #expect(!log.lines(with: complaint, upTo: .error).isEmpty)
      withExtendedLifetime(watch) {}
    }
  }
}
