import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("The last look before a node is convicted") struct LastLookTests {
  /// Ten ticks of a silent peer, which may send something right before the last one is handled.
  private func isConvicted(sending: Bool) throws -> Bool {
    var isDown = false
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, heartbeat: 3, heartbeatTimeout: 9)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      loop.run(until: { node.isUp(peer.id) == true })
      // At the same instant as the tick that finds nine seconds of silence, and before it: the bytes
      // are there, but the loop has not read them, as after a stall of our own.
      let last = loop.timer(after: 10) {
        // So large that it is written at once.
        if sending { peer.send("", "devnull", .string(String(repeating: "x", count: 100_000))) }
      }
      loop.advance(by: 9.9)
      #expect(node.isUp(peer.id) == true)
      loop.advance(by: 0.2)
      withExtendedLifetime(last) {}
      isDown = node.isUp(peer.id) != true
    }
    return isDown
  }

  @Test("a node that is closed in the middle of a tick asks nobody any more")
  func closedInTick() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      let peer = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.isUp(id) == true })
      let successor = try WirePeer(
        RawPeer.connect(node.address, loop), id: id, as: .dialling,
        keys: [WirePeer.agreement])
      successor.waitUntilHeld(loop)
      // The tick clears the first one of the suspicion, which is told to the log.
      let context = LogContext(title: "close")
      nonisolated(unsafe) let close = { [unowned node] in node.close() }
      context.message_cb { message in
        if message.text.contains(id) { close() }
        return false
      }
      LogContext("AnyEvent::MP::Transport").attach(context)
      defer { LogContext("AnyEvent::MP::Transport").detach(context) }
      peer.send("", "devnull")
      for _ in 0..<50 where !node.isClosed { loop.advance(by: 0.1) }
      #expect(node.isClosed)
      loop.run(until: { successor.isClosed && peer.isClosed })
      let before = peer.packets.count
      // No timer goes on.
      loop.advance(by: 100)
      loop.settle()
      #expect(peer.packets.count == before && node.connectedNodes.isEmpty)
    }
  }

  @Test("a node is not convicted when something of it has come that was not read yet")
  func unread() throws {
    #expect(try isConvicted(sending: false))
    #expect(try !isConvicted(sending: true))
  }
}
