import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

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
      loop.run(until: { node.peers.switchboard.pending.filter(\.isHeld).count == count })
      first.raw.stream.flushAndClose()
      loop.run(until: { successors.filter(\.isClosed).count == count - 1 })
      loop.run(until: { successors.contains { $0.established != nil } })
      #expect(successors.filter { $0.established != nil }.count == 1)
      #expect(node.connectedNodes == [id])
      #expect(node.peers.switchboard.pending.isEmpty)
    }
  }

  @Test("who dials a node that is connected is told so at once, and nobody doubts the connection")
  func ownDial() throws {
    try withPair { global, slave, loop in
      var failures: [DialFailure] = []
      let dial = Dial(address: global.address)
      var isLater = false
      dial.greeted = { _ in slave.loop.postpone { isLater = true } }
      dial.failed = {
        failures.append($0)
        #expect(!isLater)
      }
      slave.peers.dial(dial)
      loop.run(until: { !failures.isEmpty })
      #expect(failures == [.alreadyConnected(node: global.id)])
      #expect(slave.strangerCount == 0)
    }
  }

  @Test("who waits is still there when the old connection is given up")
  func patience() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.connectedNodes == [id] })
      let successor = try WirePeer(
        RawPeer.connect(node.address, loop), id: id, as: .dialling,
        keys: [Greeting.Key(ConnectionArbiter.greetingKey, "1")])
      loop.run(until: { node.peers.switchboard.pending.first?.isHeld == true })
      // The old one says nothing.
      var time = 0.0
      while !first.isClosed, !successor.isClosed, time < 3 * node.peers.heartbeat.interval {
        loop.advance(by: 0.1)
        loop.settle()
        time += 0.1
      }
      #expect(first.isClosed && time >= node.peers.heartbeat.interval)
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
      loop.run(until: { node.peers.switchboard.pending.first?.isHeld == true })
      loop.advance(by: 0.9)
      loop.settle()
      #expect(node.peers.switchboard.pending.count == 1 && !successor.isClosed)
      loop.advance(by: 0.2)
      loop.run(until: { successor.isClosed })
      #expect(!first.isClosed && successor.established == nil)
    }
  }

  @Test("all are refused when the old connection proves to be alive, and the node id is named")
  func alive() throws {
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      let first = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.connectedNodes == [id] })
      let link = node.peers.entries[id]?.link
      let successors = try (0..<3).map { _ in
        try WirePeer(RawPeer.connect(node.address, loop), id: id, as: .dialling)
      }
      loop.run(until: { node.peers.switchboard.pending.filter(\.isHeld).count == 3 })
      node.peers.switchboard.provedAlive(id)
      loop.run(until: { successors.allSatisfy(\.isClosed) })
      #expect(node.peers.entries[id]?.link === link)
      #expect(!first.isClosed && successors.allSatisfy { $0.established == nil })
      let complaint = "the node id \(id) is in use by a living node"
      #expect(!log.lines(with: complaint, upTo: .error).isEmpty)
    }
  }
}
