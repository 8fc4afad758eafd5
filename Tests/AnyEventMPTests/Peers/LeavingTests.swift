import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("A node that leaves") struct LeavingTests {
  enum Kind: String, CaseIterable {
    case plain, sealed, tls
  }

  private func node(
    _ loop: Loop, _ name: String, _ kind: Kind, seeds: [String] = []
  ) throws -> Node {
    let node = Node(on: loop)
    let methods = kind == .plain ? ["hmac_sha3_512"] : nil
    try node.configure(
      ConfigurationArguments(
        nodeid: TestName.next(name), binds: ["127.0.0.1:*"], seeds: seeds,
        secret: "the tests' secret", cert: kind == .tls ? try TestFiles.pem("ec") : nil,
        auth_offer: methods, auth_accept: methods, norc: true))
    return node
  }

  private func withNodes(
    _ kind: Kind, _ body: (_ leaving: Node, _ other: Node, Loop) throws -> Void
  ) throws {
    try withLoop { loop in
      let leaving = try node(loop, "leaving", kind)
      defer { leaving.close() }
      let other = try node(loop, "other", kind, seeds: [leaving.address])
      defer { other.close() }
      loop.run(until: { leaving.isConnected(to: other) && other.isConnected(to: leaving) })
      try body(leaving, other, loop)
    }
  }

  @Test(
    "all that was sent arrives, however much it is, while the others go on sending",
    arguments: Kind.allCases)
  func lastMessages(_ kind: Kind) throws {
    try withNodes(kind) { leaving, other, loop in
      var got = 0
      var last = ""
      var reason: Message?
      var hasLeft = false
      let receiver = other.run {
        rcv(port(), on("part") { (_: String) in got += 1 }, on("last") { (s: String) in last = s })
      }
      let (sink, asked) = leaving.run { (port {}, port()) }
      let part = String(repeating: "x", count: 100_000)
      leaving.run {
        rcv(asked, "end") { (reply: PortID) in
          // More than the kernel takes at once.
          for _ in 0..<200 { snd(reply, "part", part) }
          Node.current.leave(within: 60) { hasLeft = true }
          snd(reply, "last", "answer")
        }
      }
      other.run {
        mon(sink) { reason = $0 }
        snd(asked, "end", receiver)
        // The answer must survive what nobody will read.
        for _ in 0..<200 { snd(sink, "noise", part) }
      }
      loop.run(until: { reason != nil })
      #expect(got == 200)
      #expect(last == "answer")
      #expect(reason?[0] == "leaving")
      loop.run(until: { hasLeft })
      #expect(leaving.connectedNodes.isEmpty && leaving.isClosed)
    }
  }

  @Test("a loop that is closed meanwhile lets go of the connections, and nothing is called")
  func loopCloses() throws {
    final class Held {}
    weak var held: Held?
    var isOver = false
    try withLoop { loop in
      let leaving = try node(loop, "leaving", .sealed)
      defer { leaving.close() }
      let peer = try WirePeer.connect(leaving.address, id: TestName.next("peer"), loop)
      loop.run(until: { leaving.connectedNodes == [peer.id] })
      // It does not see the end, and so doesn't answer it.
      peer.raw.stream.pause()
      do {
        let callback = Held()
        held = callback
        leaving.leave(within: 1000) {
          isOver = true
          withExtendedLifetime(callback) {}
        }
      }
      loop.run(until: { leaving.isClosed })
      loop.settle()
      #expect(held != nil && !isOver)
    }
    // The connections have it.
    #expect(held == nil && !isOver)
  }

  @Test("without connections, and without a name, it is called from the loop")
  func alone() {
    withNode { node, loop in
      var calls = 0
      node.leave { calls += 1 }
      #expect(calls == 0)
      loop.run(until: { calls > 0 })
      loop.settle()
      #expect(calls == 1)
      node.leave { calls += 1 }
      loop.run(until: { calls == 2 })
    }
  }
}
