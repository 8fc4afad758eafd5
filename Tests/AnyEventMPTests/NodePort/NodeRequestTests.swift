import AnyEventMP
import TestSupport
import Testing

@Suite("Requests to the node port") struct NodeRequestTests {
  @Test("mon1 on a port tells of its death once, with the reason")
  func mon1() throws {
    try withBench { bench in
      let p = port {}
      bench.request("mon1", .string(p.name))
      bench.request("mon1", .string(p.name))
      #expect(bench.answers() == [])
      #expect(bench.node.monitorCount(by: bench.peer.id) == 1)
      kil(p, "why", 1)
      bench.sync()
      #expect(bench.answers() == [["", "kil0", .string(p.name), "why", 1]])
      #expect(bench.node.monitorCount(by: bench.peer.id) == 0)
    }
  }

  @Test("mon1 on a port that does not exist is answered at once")
  func mon1OnNothing() throws {
    try withBench { bench in
      bench.request("mon1", "nobody")
      #expect(
        bench.answers() == [
          [
            "", "kil0", "nobody", "no_such_port", "cannot monitor nonexistent port",
            .string("\(NODE)#nobody"),
          ]
        ])
      #expect(bench.node.monitorCount(by: bench.peer.id) == 0)
    }
  }

  @Test("mon1 on a port that is about to die tells of its death")
  func mon1OnDying() throws {
    try withBench { bench in
      // The request comes right behind the message that kills the port, in one piece.
      let p = rcv(port(), "go") { kil(SELF, "why") }
      bench.peer.send(p.name, "go")
      bench.request("mon1", .string(p.name))
      #expect(bench.answers() == [["", "kil0", .string(p.name), "why"]])
      #expect(bench.node.monitorCount(by: bench.peer.id) == 0)
    }
  }

  @Test("mon0 takes the monitor back; without one, or without a name, it does nothing")
  func mon0() throws {
    try withBench { bench in
      let p = port {}
      bench.request("mon1", .string(p.name))
      bench.request("mon0")
      bench.request("mon0", nil)
      bench.request("mon0", "")
      bench.request("mon0", "nobody")
      #expect(bench.node.monitorCount(by: bench.peer.id) == 1)
      bench.request("mon0", .string(p.name), "surplus")
      bench.request("mon0", .string(p.name))
      #expect(bench.node.monitorCount(by: bench.peer.id) == 0)
      #expect(p.monitorCount == 0)
    }
  }

  @Test("kil0 fires the monitors on that port of that node, and no others")
  func kil0() throws {
    try withBench { bench in
      var reasons: [Message] = []
      let id = bench.peer.id
      bench.node.monitor(PortID("\(id)#p")) { reasons.append($0) }
      bench.node.monitor(PortID("\(id)#p")) { reasons.append($0) }
      var isOver = false
      for other in ["\(id)#q", id] {
        bench.node.monitor(PortID(other)) { _ in if !isOver { Issue.record("not asked for") } }
      }
      bench.sync()
      #expect(bench.answers() == [["", "mon1", "p"], ["", "mon1", "q"]])
      bench.request("kil0", "other", "x")
      bench.request("kil0")
      bench.request("kil0", nil, "x")
      bench.request("kil0", "", "x")
      bench.request("kil0", [], "x")
      #expect(reasons.isEmpty)
      bench.request("kil0", "p", "gone", 7)
      bench.request("kil0", "p", "again")
      #expect(reasons == [["gone", 7], ["gone", 7]])
      #expect(bench.answers() == [])
      isOver = true
    }
  }

  @Test("kil1 kills the named port with the reason; never the node port")
  func kil1() throws {
    try withBench { bench in
      var reason: Message?
      let p = port {}
      bench.node.monitor(p) { reason = $0 }
      bench.request("kil1")
      bench.request("kil1", nil)
      bench.request("kil1", "")
      bench.request("kil1", "nobody", "x")
      bench.request("kil1", ["a"], "x")
      #expect(reason == nil)
      bench.request("kil1", .string(p.name), "why", [1, nil])
      #expect(reason == ["why", [1, nil]])
    }
  }

  @Test("snd, time and can answer to the given port")
  func relays() throws {
    try withBench { bench in
      var got: [Message] = []
      let p = port { msg in got.append(msg) }
      bench.request("snd", .string(p.id), "a", 1)
      bench.request("snd", .string(p.id))
      bench.request("can", "mon1", .string(p.id), "yes")
      bench.request("can", "no such thing", .string(p.id), "no")
      bench.request("can", "g_find", .string(p.id))
      bench.request("eval", "1+1", .string(p.id), "result")
      #expect(got.count == 6)
      #expect(got[0] == ["a", 1])
      #expect(got[1] == [])
      #expect(got[2] == ["yes", "1"])
      #expect(got[3] == ["no", ""])
      #expect(got[4] == ["1"])
      #expect(got[5][0] == "result" && got[5][1].string?.contains("evaluates") == true)
      bench.request("time", .string(p.id), "now")
      #expect(got[6][0] == "now")
      #expect(abs((got[6][1].double ?? 0) - bench.loop.time) < 60)
      bench.request("snd", bench.port("back"), "x")
      bench.request("snd", .string(bench.peer.id), "devnull")
      #expect(bench.answers() == [["back", "x"], ["", "devnull"]])
    }
  }

  @Test("a null port is our node port: a request sent to it is handled, later")
  func nullPort() throws {
    try withBench { bench in
      var got: [Message] = []
      let p = port { msg in got.append(msg) }
      // Both come in one piece.
      bench.peer.send("", "snd", nil, "snd", .string(p.id), "round")
      bench.request("snd", .string(p.id), "direct")
      #expect(got == [["direct"], ["round"]])
      bench.request("devnull", 1, 2, [3])
      #expect(bench.answers() == [])
    }
  }

  @Test("requests that are wrong or unknown are logged with their sender, and nothing changes")
  func wrongRequests() throws {
    let log = LogCollector.shared
    let bad: [[Value]] = [
      ["mon1", [1]], ["kil0"], ["kil1"], ["kil1", ""], ["snd"], ["snd", []],
      ["time"], ["can"], ["can", "x"], ["eval"], ["eval", "x"],
      ["unknown"], ["Some::function", 1], [nil], [[1, 2], "x"], [""], [12],
      [.string(String(repeating: "x", count: 100_000))],
    ]
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      for (index, message) in bad.enumerated() {
        // A sender each, since similar lines of one are counted.
        let bench = try RequestBench(node, loop)
        bench.request(message)
        let lines = log.lines(with: "of \(bench.peer.id) failed", upTo: .error)
        #expect(lines.count == 1, "\(index)")
        #expect((lines.first?.utf8.count ?? 0) < 1000, "the peer chooses the size of the line")
        #expect(bench.answers() == [] && !bench.peer.isClosed)
        bench.peer.raw.stream.close()
        loop.run(until: { node.knownNodes.isEmpty })
      }
      #expect(node.status.portCount == 0)
    }
  }
}
