import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Bad database requests of a connected node") struct BadDatabaseRequestTests {
  /// What does not parse, in every request.
  private static let bad: [[Value]] = [
    ["g_slave", "x"], ["g_slave", ["f": ["k": 1], "g": 7]], ["g_set"], ["g_set", ["f": []]],
    ["g_upd"], ["g_upd", "f"], ["g_upd", nil, ["k": 1]], ["g_upd", ["f": 1], ["k": 1]],
    ["g_upd", "f", 7], ["g_upd", "f", ["k": 1], "k"], ["g_upd", "f", ["k": 1], [[]]], ["g_find"],
    ["g_find", []], ["g_mon1"], ["g_mon1", nil], ["g_mon0"], ["g_db_family"], ["g_db_keys", "f"],
    ["g_db_values", [:], 1], ["g_found"], ["g_reply"], ["g_chg1", "f", []], ["g_chg2", "f"],
  ]
  /// What only a global node takes, and what comes too early.
  private static let early: [[Value]] = [
    ["g_upd", "f", ["k": 1]], ["g_set", ["f": ["k": 1]]], ["g_find", "x"], ["g_mon1", "f"],
    ["g_mon0", "f"], ["g_db_family", "f", 1], ["g_found", "x", ["h:1"]], ["g_reply", "b", []],
    ["g_chg1", "f", ["k": 1]], ["g_chg2", "f", ["k": 1]],
  ]

  @Test("are logged and ignored: the node stays what it was, and goes on answering")
  func ignored() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      // Without any seed it would be global from the start.
      let seed = try TestHost.silentAddress(loop)
      let node = try Node.listening(on: loop, seeds: [seed])
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      var echoes = 0
      func send(_ messages: [[Value]]) {
        for message in messages { peer.send(packet: message) }
        echoes += 1
        peer.send("", "snd", .string("\(peer.id)#echo"), "done")
        loop.run(until: { peer.messages(to: "echo").count == echoes || peer.isClosed })
      }
      send(Self.bad + Self.early)
      #expect(!node.status.isGlobal)
      #expect(peer.messages().isEmpty)
      #expect(!log.lines(with: "request 'g_upd' has no change").isEmpty)
      #expect(!log.lines(with: "\(peer.id) takes us for a global node").isEmpty)

      send([["g_slave"], ["g_slave", ["f": ["mine": 1]]]])
      #expect(node.status.isGlobal)
      #expect(peer.messages() == [["g_global"]])
      send(Self.bad + [["g_db_family", "f", 1], ["g_db_family", "g", 2]])
      #expect(
        peer.messages() == [
          ["g_global"], ["g_reply", 1, ["mine": 1]], ["g_reply", 2, [:]],
        ])
      #expect(!peer.isClosed && node.connectedNodes == [peer.id])
    }
  }
}
