import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The last look before a node is convicted") struct LastLookTests {
  /// Ten ticks of a silent peer, which may send something right before the last one is handled.
  private func isConvicted(sending: Bool) throws -> Bool {
    var isDown = false
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      loop.run(until: { node.isUp(peer.id) == true })
      node.peers.heartbeat.interval = 3
      node.peers.heartbeat.timeout = 9
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

  @Test("heartbeats that are turned off in the middle of a tick are off: nobody is asked any more")
  func turnedOff() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      let peer = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.isUp(id) == true })
      let successor = try WirePeer(
        RawPeer.connect(node.address, loop), id: id, as: .dialling,
        keys: [Greeting.Key(ConnectionArbiter.greetingKey, "1")])
      loop.run(until: { node.peers.switchboard.pending.first?.isHeld == true })
      // The tick clears the first one of the suspicion, which is told to the log.
      let context = LogContext(title: "turn off")
      nonisolated(unsafe) let turnOff = { [unowned node] in node.peers.heartbeat.interval = 0 }
      context.message_cb { message in
        if message.text.contains(id) { turnOff() }
        return false
      }
      LogContext("AnyEvent::MP::Transport").attach(context)
      defer { LogContext("AnyEvent::MP::Transport").detach(context) }
      peer.send("", "devnull")
      for _ in 0..<50 where node.peers.heartbeat.interval > 0 { loop.advance(by: 0.1) }
      #expect(node.peers.heartbeat.interval == 0 && successor.isClosed)
      loop.settle()
      let before = peer.packets.count
      loop.advance(by: 100)
      loop.settle()
      #expect(peer.packets.count == before && node.isUp(id) == true)
    }
  }

  @Test("a node is not convicted when something of it has come that was not read yet")
  func unread() throws {
    #expect(try isConvicted(sending: false))
    #expect(try !isConvicted(sending: true))
  }
}
