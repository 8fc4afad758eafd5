import AnyEventMP
import TestSupport
import Testing

@Suite("Bad requests that call functions") struct BadSpawnTests {
  @Test("missing, wrong and impossible arguments are logged, and no port is made")
  func arguments() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      var calls = 0
      let taken = node.run {
        sub("t::init") { calls += 1 }
        return port {}
      }
      let bad: [[Value]] = [
        [], ["name"], [nil, "t::init"], ["", "t::init"], [["name"], "t::init"],
        ["name", nil], ["name", ""], ["name", ["t::init"]], ["name", "t::missing"],
        ["name", "::"], ["name", "snd"], ["name", "AnyEvent::MP::_spawn", "x", "t::init"],
        [.string(taken.name), "t::init"],
      ]
      for (index, arguments) in bad.enumerated() {
        // A sender each, since similar lines of one are counted.
        let bench = try RequestBench(node, loop)
        bench.request(["AnyEvent::MP::_spawn"] + arguments)
        let lines = log.lines(with: "of \(bench.peer.id) failed", upTo: .error)
        #expect(lines.count == 1, "\(index): \(arguments)")
      }
      loop.settle()
      #expect(calls == 0)
      #expect(node.status.portCount == 1)
    }
  }

  @Test("a port name may hold a #, as what follows the first # is the name")
  func hashInName() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      var got: [Message] = []
      node.run { sub("t::init") { rcv(SELF) { msg in got.append(msg) } } }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      peer.send("", "AnyEvent::MP::_spawn", "a#b#", "t::init")
      peer.send("a#b#", "packet")
      peer.send("", "snd", .string(node.id + "#a#b#"), "relayed")
      peer.send("", "mon1", "a#b#")
      peer.send("", "kil1", "a#b#", "over")
      loop.run(until: { !peer.messages().filter { $0[0] == "kil0" }.isEmpty })
      #expect(got == [["packet"], ["relayed"]])
      #expect(peer.messages().last { $0[0] == "kil0" } == ["kil0", "a#b#", "over"])
      #expect(node.status.portCount == 0)
    }
  }

  @Test("the init runs before the next packet is handled; a failing one shows as die")
  func order() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      var got: [Message] = []
      node.run {
        sub("t::init") { rcv(SELF) { msg in got.append(msg) } }
        sub("t::fail") { throw die("failed") }
      }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      peer.send("", "AnyEvent::MP::_spawn", "p", "t::init", "surplus")
      peer.send("p", "first")
      peer.send("", "AnyEvent::MP::_spawn", "q", "t::fail")
      peer.send("", "mon1", "q")
      peer.send("p", "second")
      loop.run(until: { got.count == 2 && peer.messages().contains { $0[0] == "kil0" } })
      #expect(got == [["first"], ["second"]])
      let kil0 = peer.messages().first { $0[0] == "kil0" }
      #expect(kil0 == ["kil0", "q", "die", "failed"])
    }
  }

  @Test("kil of the node port, mon0 of what was never monitored and unknown functions do nothing")
  func nothingChanges() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let p = node.run { port {} }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      peer.send("", "kil1", "", "die")
      peer.send("", "kil1", nil, "die")
      peer.send("", "mon0", .string(p.name))
      peer.send("", "mon1", "")
      peer.send("", "mon1", nil)
      peer.send("", "t::missing", 1, [2], ["k": nil])
      peer.send("", "::")
      peer.send("", "kil0", .string(p.name), "not asked for")
      peer.send("", "can", "mon1", .string(peer.id + "#end"))
      loop.run(until: { !peer.messages(to: "end").isEmpty })
      #expect(peer.messages(to: "end") == [["1"]])
      #expect(!peer.isClosed)
      #expect(node.status.portCount == 1)
      #expect(p.monitorCount == 0)
      #expect(node.monitorCount(by: peer.id) == 0)
    }
  }
}
