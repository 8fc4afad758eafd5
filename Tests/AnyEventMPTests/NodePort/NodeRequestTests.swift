import TestSupport
import Testing

@testable import AnyEventMP

/// A node, and another one that exists only in its tables: what is sent to it can be read there.
final class RequestBench {
  let node: Node
  let loop: Loop
  let peer: Peer

  init(_ node: Node, _ loop: Loop) {
    self.node = node
    self.loop = loop
    peer = node.peers.peer("peer")
    // As if the way to it were being looked for: what is sent to it waits.
    node.peers.makeSearch(for: peer).hasBegun = true
  }

  func request(_ message: Value...) {
    message.withUnsafeBufferPointer { node.nodePort.handle($0, from: peer) }
  }

  /// What was sent to the peer since the last call.
  func answers() -> [[Value]] {
    var answers: [[Value]] = []
    let waiting = node.peers.takeWaiting(peer)
    waiting?.drain { name, message in answers.append([.string(name)] + message) }
    return answers
  }
}

@Suite("Requests to the node port") struct NodeRequestTests {
  private func withBench(_ body: (RequestBench) throws -> Void) rethrows {
    try withNode { node, loop in try body(RequestBench(node, loop)) }
  }

  @Test("mon1 on a port tells of its death once, with the reason")
  func mon1() {
    withBench { bench in
      let p = port {}
      bench.request("mon1", .string(p.name))
      bench.request("mon1", .string(p.name))
      #expect(bench.answers() == [])
      // Only to be seen, the peer needs a connection or nothing is sent.
      kil(p, "why", 1)
      bench.loop.settle()
      #expect(bench.peer.watching.count == 0)
    }
  }

  @Test("mon1 on a port that does not exist is answered at once")
  func mon1OnNothing() {
    withBench { bench in
      bench.request("mon1", "nobody")
      #expect(
        bench.answers() == [
          [
            "", "kil0", "nobody", "no_such_port", "cannot monitor nonexistent port", "#nobody",
          ]
        ])
      #expect(bench.peer.watching.count == 0)
    }
  }

  @Test("mon1 on a port that is about to die tells of its death")
  func mon1OnDying() {
    withBench { bench in
      let p = port {}
      kil(p, "why")
      bench.request("mon1", .string(p.name))
      #expect(bench.peer.watching.count == 1)
      bench.loop.settle()
      #expect(bench.peer.watching.count == 0)
    }
  }

  @Test("mon0 takes the monitor back; without one, or without a name, it does nothing")
  func mon0() {
    withBench { bench in
      let p = port {}
      bench.request("mon1", .string(p.name))
      bench.request("mon0")
      bench.request("mon0", nil)
      bench.request("mon0", "")
      bench.request("mon0", "nobody")
      #expect(bench.peer.watching.count == 1)
      bench.request("mon0", .string(p.name), "surplus")
      bench.request("mon0", .string(p.name))
      #expect(bench.peer.watching.count == 0)
      #expect(p.monitorCount == 0)
    }
  }

  @Test("kil0 fires the monitors on that port of that node, and no others")
  func kil0() {
    withBench { bench in
      var reasons: [Message] = []
      bench.node.monitor(PortID("peer#p")) { reasons.append($0) }
      bench.node.monitor(PortID("peer#p")) { reasons.append($0) }
      bench.node.monitor(PortID("peer#q")) { _ in Issue.record("not asked for") }
      bench.node.monitor(PortID("peer")) { _ in Issue.record("not asked for") }
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
    }
  }

  @Test("kil1 kills the named port with the reason; never the node port")
  func kil1() {
    withBench { bench in
      var reason: Message?
      let p = port {}
      bench.node.monitor(p) { reason = $0 }
      bench.request("kil1")
      bench.request("kil1", nil)
      bench.request("kil1", "")
      bench.request("kil1", "nobody", "x")
      bench.request("kil1", ["a"], "x")
      bench.loop.settle()
      #expect(reason == nil)
      bench.request("kil1", .string(p.name), "why", [1, nil])
      #expect(reason == nil)
      bench.loop.settle()
      #expect(reason == ["why", [1, nil]])
    }
  }

  @Test("snd, time and can answer to the given port")
  func relays() {
    withBench { bench in
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
      bench.request("snd", "peer#back", "x")
      bench.request("snd", "peer", "devnull")
      #expect(bench.answers() == [["back", "x"], ["", "devnull"]])
    }
  }

  @Test("a null port is our node port: a request sent to it is handled, later")
  func nullPort() {
    withBench { bench in
      var got: Message?
      let p = port { msg in got = msg }
      bench.request("snd", nil, "snd", .string(p.id), "round")
      #expect(got == nil)
      bench.loop.settle()
      #expect(got == ["round"])
      bench.request("devnull", 1, 2, [3])
      #expect(bench.answers() == [])
    }
  }

  @Test("requests that are wrong or unknown are logged with their sender, and nothing changes")
  func wrongRequests() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let bad: [[Value]] = [
        ["mon1", [1]], ["kil0"], ["kil1"], ["kil1", ""], ["snd"], ["snd", []],
        ["time"], ["can"], ["can", "x"], ["eval"], ["eval", "x"],
        ["unknown"], ["Some::function", 1], [nil], [[1, 2], "x"], [""], [12],
        [.string(String(repeating: "x", count: 100_000))],
      ]
      for (index, message) in bad.enumerated() {
        // A sender each, since similar lines of one are counted.
        let name = TestName.next("stranger\(index)")
        message.withUnsafeBufferPointer { node.nodePort.handle($0, from: NodeEntry(id: name)) }
        let lines = log.lines(with: "of \(name) failed", upTo: .error)
        #expect(lines.count == 1, "\(index)")
        #expect((lines.first?.utf8.count ?? 0) < 1000, "the peer chooses the size of the line")
      }
      loop.settle()
      #expect(node.knownNodes.isEmpty)
      #expect(node.status.portCount == 0)
    }
  }
}
