import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Names that are too long") struct LongNameTests {
  private let long = String(repeating: "n", count: 300)
  private let limits = LimitArguments(max_name: 256)

  private func withNode(_ body: (Node, Loop, WirePeer) throws -> Void) throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop, limits: limits)
      defer { node.close() }
      try body(node, loop, try WirePeer.connect(node.address, id: TestName.next("peer"), loop))
    }
  }

  @Test("no port of such a name is spawned, who monitors it is told, and the connection lives on")
  func spawned() throws {
    let log = LogCollector.shared
    try withNode { node, loop, peer in
      node.run { sub("t::init") { rcv(SELF, "never") {} } }
      peer.send("", "AnyEvent::MP::_spawn", .string(long), "t::init")
      peer.send("", "mon1", .string(long))
      loop.run(until: { !peer.messages().filter { $0[0] == "kil0" }.isEmpty })
      let reason = peer.messages().first { $0[0] == "kil0" }
      #expect(reason?[1] == .string(long) && reason?[2] == "no_such_port")
      #expect(node.status.portCount == 0)
      let line = "the port's name has 300 bytes, more than max_name (256) allows"
      #expect(log.lines(with: "of \(peer.id) failed: \(line)", upTo: .error).count == 1)
      #expect(!peer.isClosed)
    }
  }

  @Test("functions of such names are not looked for", arguments: [true, false])
  func functions(_ isSpawned: Bool) throws {
    let log = LogCollector.shared
    try withNode { node, loop, peer in
      if isSpawned {
        peer.send("", "AnyEvent::MP::_spawn", "p", .string(long))
      } else {
        peer.send("", .string(long))
      }
      let what = isSpawned ? "the function's name" : "its name"
      let line = "failed: \(what) has 300 bytes, more than max_name (256) allows"
      loop.run(until: { !log.lines(with: "\(peer.id) \(line)", upTo: .error).isEmpty })
      #expect(!peer.isClosed)
    }
  }

  @Test("database entries of such names are left out, others are kept")
  func entries() throws {
    let log = LogCollector.shared
    try withNode { node, loop, peer in
      peer.send("", "g_slave", ["f": [long: 1, "k": 2], long: ["k": 3]])
      peer.send("", "g_upd", "f", [long: 4, "l": 5], [.string(long), "k"])
      peer.send("", "g_upd", .string(long), ["k": 6])
      peer.send("", "g_db_family", "f", "f")
      peer.send("", "g_db_family", .string(long), "g")
      peer.send("", "g_db_family", "f", "h")
      loop.run(until: { peer.messages().count { $0[0] == "g_reply" } == 2 })
      let replies = peer.messages().filter { $0[0] == "g_reply" }
      #expect(replies == [["g_reply", "f", ["l": 5]], ["g_reply", "h", ["l": 5]]])
      #expect(
        log.lines(with: "2 database entries of \(peer.id) were left out", upTo: .error).count == 1)
      #expect(!peer.isClosed)
    }
  }

  @Test("the program that sets such an entry is told, by a line in the log")
  func own() throws {
    let log = LogCollector.shared
    try withNode { node, loop, peer in
      node.run {
        let _: Void = db_set("f", long, 1)
      }
      let line = "the name of the key has 300 bytes, more than max_name (256) allows"
      #expect(log.lines(with: line, upTo: .error).count == 1)
    }
  }

  @Test("who sends to a node of such a name is killed; a monitor on it fires")
  func nodes() throws {
    try withNode { node, loop, peer in
      var reasons: [Message] = []
      node.run {
        let sender = port()
        rcv(sender, "go") { snd("\(long)#p", "x") }
        mon(sender) { reason in reasons.append(reason) }
        snd(sender, "go")
      }
      loop.run(until: { !reasons.isEmpty })
      #expect(reasons[0][0] == "die")
      #expect(reasons[0][1].string?.contains("the node's name has 300 bytes") == true)
      node.run { mon("\(long)#p") { reason in reasons.append(reason) } }
      loop.run(until: { reasons.count == 2 })
      #expect(reasons[1][0] == "transport_error")
      #expect(node.isUp(long) == nil)
      #expect(node.knownNodes == [peer.id] && node.waitingBytes == 0)
    }
  }
}
