import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// A node, and another one played by the test that is dialled by it and may dial back.
private final class DialBench {
  let loop: Loop
  let node: Node
  /// Lower than the ids of all nodes in tests, so that its dials are preferred.
  let peerID = TestName.next("peer").replacing("test", with: "a")
  private let keys: [Greeting.Key]
  private var listener: Listener?
  private(set) var accepted: [WirePeer] = []
  private(set) var got: [Message] = []
  private(set) var downs: [Message] = []
  /// What the node has tried in vain.
  private(set) var failedDials: [FailedDial] = []

  init(_ loop: Loop, peerAgrees: Bool, pauses: Bool) throws {
    self.loop = loop
    keys = peerAgrees ? [WirePeer.agreement] : []
    node = try Node.listening(on: loop)
    let listener = try loop.listen(on: "127.0.0.1", 0) { [unowned self] socket in
      let raw = RawPeer(loop: loop, socket: socket)
      guard
        let peer = try? WirePeer(
          raw, id: peerID, as: .accepting, keys: keys, pauses: pauses)
      else { return }
      accepted.append(peer)
    }
    self.listener = listener
    node.onFailedDial = { [unowned self] in failedDials.append($0) }
  }

  /// Where the peer listens.
  var address: String { listener?.address.description ?? "" }

  /// The node dials the peer.
  func dialPeer() {
    node.run { db_set("'l", peerID, [address]) }
    node.monitor(PortID("\(peerID)#p")) { [unowned self] in downs.append($0) }
    node.run { snd("\(peerID)#p", "first") }
  }

  /// The peer dials the node.
  func dialBack(pauses: Bool) throws -> WirePeer {
    try WirePeer(
      RawPeer.connect(node.address, loop), id: peerID, as: .dialling, keys: keys, pauses: pauses)
  }

  func close() {
    node.close()
    listener?.close()
  }
}

@Suite("Two nodes that dial each other, over real sockets") struct SimultaneousDialTests {
  private func withBench(
    peerAgrees: Bool, pauses: Bool, _ body: (DialBench) throws -> Void
  ) throws {
    try withLoop(manualTime: 1000) { loop in
      let bench = try DialBench(loop, peerAgrees: peerAgrees, pauses: pauses)
      defer { bench.close() }
      try body(bench)
    }
  }

  @Test("a node of ours that hangs up since it prefers its own dial: nothing is lost")
  func lostRace() throws {
    let log = LogCollector.shared
    try withBench(peerAgrees: true, pauses: true) { bench in
      bench.dialPeer()
      bench.loop.run(until: { bench.accepted.first?.isAskedForPermission == true })
      bench.accepted.first?.raw.stream.flushAndClose()
      for _ in 0..<3 { bench.loop.advance(by: 0.2) }
      let own = try bench.dialBack(pauses: false)
      bench.loop.run(until: { own.messages(to: "p") == [["first"]] })
      bench.loop.advance(by: 10)
      #expect(bench.downs.isEmpty)
      #expect(bench.node.connectedNodes == [bench.peerID])
      #expect(log.lines(with: "(\(bench.peerID))").isEmpty)
    }
  }

  @Test(
    "a node of ours that hangs up and does not come: the monitors fire after a second, with one log line"
  )
  func realHangup() throws {
    let log = LogCollector.shared
    try withBench(peerAgrees: true, pauses: true) { bench in
      bench.dialPeer()
      bench.loop.run(until: { bench.accepted.first?.isAskedForPermission == true })
      bench.accepted.first?.raw.stream.flushAndClose()
      bench.loop.advance(by: 0.9)
      bench.loop.settle()
      #expect(bench.downs.isEmpty)
      bench.loop.run(until: {
        bench.loop.advance(by: 0.2)
        return !bench.downs.isEmpty
      })
      #expect(bench.downs.first?[2].string?.contains("although it has our secret") == true)
      #expect(log.lines(with: "(\(bench.peerID))").count == 1)
    }
  }

  @Test("who only says that it is the node does not hide why a dial has failed")
  func claimant() throws {
    let log = LogCollector.shared
    try withBench(peerAgrees: false, pauses: true) { bench in
      let stranger = try bench.dialBack(pauses: true)
      stranger.settle(bench.loop)
      bench.dialPeer()
      // Our own dial waits a moment for the other one.
      bench.loop.run(until: { bench.accepted.first?.hasGreeting == true })
      bench.loop.settle()
      #expect(bench.accepted.first?.isAskedForPermission == false)
      bench.loop.advance(by: 1)
      bench.loop.run(until: { bench.accepted.first?.isAskedForPermission == true })
      bench.accepted.first?.raw.stream.flushAndClose()
      // The clock stands: no time limit ends the search.
      bench.loop.run(until: { !bench.downs.isEmpty })
      #expect(bench.downs.first?[2].string?.contains("secret") == true)
      #expect(log.lines(with: "(\(bench.peerID))").count == 1)
      stranger.raw.stream.close()
    }
  }

  /// The node dials the peer, which hangs up on it: it may prefer a connection of its own.
  private func dialInVain(_ bench: DialBench) {
    bench.dialPeer()
    bench.loop.run(until: { bench.accepted.first?.isAskedForPermission == true })
    bench.accepted.first?.raw.stream.flushAndClose()
    bench.loop.run(until: { bench.node.strangerCount == 0 })
    #expect(bench.failedDials.isEmpty && bench.downs.isEmpty)
  }

  @Test("a dial that lost to another connection is told so, also when that is lost at once")
  func lostToShortOne() throws {
    let log = LogCollector.shared
    try withBench(peerAgrees: true, pauses: true) { bench in
      dialInVain(bench)
      let own = try bench.dialBack(pauses: false)
      bench.loop.run(until: { bench.node.isUp(bench.peerID) == true })
      own.raw.stream.close()
      bench.loop.run(until: { bench.node.isUp(bench.peerID) != true })
      bench.loop.advance(by: 2)
      bench.loop.settle()
      // The connection was lost, and no dial has failed.
      #expect(bench.downs.count == 1 && bench.failedDials.isEmpty)
      #expect(log.lines(with: "(\(bench.peerID))").isEmpty)
    }
  }

  @Test("a dial that was hung up on keeps nothing of a node that is closed meanwhile")
  func closedMeanwhile() throws {
    try withBench(peerAgrees: true, pauses: true) { bench in
      dialInVain(bench)
      let handles = bench.loop.openHandles
      bench.node.close()
      bench.loop.settle()
      // Neither its listener nor the timers that were to decide.
      #expect(bench.loop.openHandles < handles)
      bench.loop.advance(by: 2)
      bench.loop.settle()
      #expect(bench.failedDials.isEmpty && bench.node.knownNodes.isEmpty)
    }
  }

  @Test("once one connection is established, another one in its handshake is closed at once")
  func othersAreClosed() throws {
    try withBench(peerAgrees: true, pauses: true) { bench in
      let theirs = try bench.dialBack(pauses: true)
      bench.loop.run(until: { theirs.isAskedForPermission })
      bench.dialPeer()
      bench.loop.run(until: { bench.accepted.first?.isAskedForPermission == true })
      bench.accepted.first?.proceedWithPermission()
      bench.loop.run(until: { bench.node.isUp(bench.peerID) == true })
      #expect(bench.node.strangerCount == 0)
      bench.loop.run(until: { theirs.isClosed })
    }
  }

  /// A 2.02 node has dialled us, and then we it: both have sent their greetings on both connections.
  private func withHeldDial(
    _ body: (DialBench, _ theirs: WirePeer, _ ours: WirePeer) throws -> Void
  )
    throws
  {
    try withBench(peerAgrees: false, pauses: true) { bench in
      let theirs = try bench.dialBack(pauses: true)
      bench.loop.run(until: { theirs.isAskedForPermission })
      bench.loop.settle()
      bench.dialPeer()
      bench.loop.run(until: { bench.accepted.first?.hasGreeting == true })
      bench.loop.advance(by: 0.5)
      let ours = try #require(bench.accepted.first)
      #expect(!ours.hasVerifiedPeer && !theirs.hasVerifiedPeer)
      try body(bench, theirs, ours)
      #expect(!(ours.hasVerifiedPeer && theirs.hasVerifiedPeer), "our line is on both connections")
      #expect(bench.downs.isEmpty)
    }
  }

  @Test("a 2.02 node that has dialled us: our own dial waits, and theirs becomes the connection")
  func olderPeerWins() throws {
    try withHeldDial { bench, theirs, ours in
      theirs.proceedWithPermission()
      bench.loop.run(until: { theirs.messages(to: "p") == [["first"]] })
      bench.loop.run(until: { ours.isClosed })
    }
  }

  @Test("a 2.02 node's dial that comes to nothing: ours goes on at once")
  func olderPeerHangsUp() throws {
    try withHeldDial { bench, theirs, ours in
      theirs.raw.stream.flushAndClose()
      bench.loop.run(until: { ours.hasVerifiedPeer })
      ours.proceedWithPermission()
      bench.loop.run(until: { ours.messages(to: "p") == [["first"]] })
    }
  }

  @Test("a 2.02 node's dial that takes long: ours goes on after a second, theirs is refused then")
  func olderPeerIsSlow() throws {
    try withHeldDial { bench, theirs, ours in
      bench.loop.advance(by: 0.6)
      bench.loop.run(until: { ours.hasVerifiedPeer })
      theirs.proceedWithPermission()
      bench.loop.run(until: { theirs.isClosed })
      ours.proceedWithPermission()
      bench.loop.run(until: { ours.messages(to: "p") == [["first"]] })
    }
  }

  @Test("strangers who call themselves like the node that we dial hold us up for a second at most")
  func impostors() throws {
    try withHeldDial { bench, theirs, ours in
      for _ in 0..<3 {
        let impostor = try bench.dialBack(pauses: true)
        bench.loop.run(until: { impostor.isAskedForPermission })
        bench.loop.settle()
        impostor.raw.stream.flushAndClose()
        bench.loop.advance(by: 0.1)
      }
      #expect(!ours.hasVerifiedPeer)
      bench.loop.advance(by: 0.25)
      bench.loop.run(until: { ours.hasVerifiedPeer })
      _ = theirs
    }
  }
}
