import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Messages that are relayed") struct RelayTests {
  @Test(
    "to the own node as often as there is room for: it arrives, and is copied once for all times")
  func nested() throws {
    try withBench { bench in
      var got: [Message] = []
      let receiver = port { msg in got.append(msg) }
      let ways: [Value] = [nil, "", "#", .bytes([])]
      var request: [Value] = []
      for level in 0..<50_000 { request += ["snd", ways[level % ways.count]] }
      request += ["snd", .string(receiver.id), "round"]
      bench.peer.send(packet: request)
      // All but the first level waits, once.
      var most = 0
      bench.loop.run(until: {
        most = max(most, bench.node.queuedBytes(for: NODE))
        return most > 0 || !got.isEmpty
      })
      // What is seen between two turns of the loop may be gone in the next one.
      #expect(most < 2 * 24 * request.count)
      bench.loop.run(until: { !got.isEmpty })
      bench.sync()
      #expect(got == [["round"]])
    }
  }

  @Test(
    "a relay to the own node does not make a request one of this node: what is secure stays so")
  func secure() throws {
    try withBench(secure: true) { bench in
      var calls = 0
      sub("t::forbidden") { calls += 1 }
      for relay in ["snd", "time"] {
        bench.request(.string(relay), .string(NODE), "t::forbidden")
        bench.request("snd", nil, .string(relay), nil, "t::forbidden")
        bench.request("can", "x", nil, "t::forbidden")
      }
      #expect(calls == 0)
      // Its own program may.
      snd(NODE, "t::forbidden")
      bench.loop.settle()
      #expect(calls == 1)
    }
  }

  @Test("an answer to the own node is handled, an answer to that is refused, so that none grows")
  func answers() throws {
    let log = LogCollector.shared
    try withBench { bench in
      var got: [Message] = []
      let receiver = port { msg in got.append(msg) }
      bench.request("time", nil, "snd", .string(receiver.id), "now")
      #expect(got.count == 1 && got[0][0] == "now" && got[0][1].double != nil)
      var nested: [Value] = []
      for _ in 0..<1000 { nested += ["x-status", nil] }
      nested += ["snd", .string(receiver.id)]
      bench.request(nested)
      #expect(got.count == 1)
      let line = "of \(bench.peer.id) failed: an answer cannot be"
      #expect(log.lines(with: line, upTo: .error).count == 1)
    }
  }

  @Test("between nodes a message is relayed sixteen times, whichever requests ask for it")
  func betweenNodes() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let log = LogCollector.shared
      let ways: [[Value]] = [
        ["snd", "a"], ["time", "b#"], ["can", "x", "c"], ["eval", "$$", "d#"], ["x-status", nil],
      ]
      func request(_ count: Int, to peer: WirePeer) -> [Value] {
        ["snd", .string(peer.id)] + (0..<count).flatMap { ways[$0 % ways.count] } + ["devnull"]
      }
      for (count, isSent) in [(0, true), (16, true), (17, false), (5000, false)] {
        let bench = try RequestBench(node, loop)
        let message = request(count, to: bench.peer)
        bench.request(message)
        #expect(bench.answers() == (isSent ? [[""] + message.dropFirst(2)] : []))
        let line = "of \(bench.peer.id) failed: it is to be relayed"
        let lines = log.lines(with: line, upTo: .error)
        #expect(lines.count == (isSent ? 0 : 1))
      }
    }
  }
}
