import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Messages that are relayed") struct RelayTests {
  @Test(
    "to the own node as often as there is room for: it arrives, and is copied once for all times")
  func nested() {
    withNode { node, loop in
      let bench = RequestBench(node, loop)
      var got: [Message] = []
      let receiver = port { msg in got.append(msg) }
      let ways: [Value] = [nil, "", "#", .bytes([])]
      var request: [Value] = []
      for level in 0..<50_000 { request += ["snd", ways[level % ways.count]] }
      request += ["snd", .string(receiver.id), "round"]
      request.withUnsafeBufferPointer { node.nodePort.handle($0, from: bench.peer) }
      // All but the first level waits, once.
      #expect(node.kernel.deferred.count == 1)
      #expect(node.kernel.deferred.bytes < 2 * 24 * request.count)
      #expect(got.isEmpty)
      loop.settle()
      #expect(got == [["round"]])
    }
  }

  @Test(
    "a relay to the own node does not make a request one of this node: what is secure stays so")
  func secure() throws {
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [], secret: "the tests' secret",
          secure: true, norc: true))
      var calls = 0
      node.run { sub("t::forbidden") { calls += 1 } }
      let bench = RequestBench(node, loop)
      for relay in ["snd", "time"] {
        bench.request(.string(relay), .string(node.id), "t::forbidden")
        bench.request("snd", nil, .string(relay), nil, "t::forbidden")
        bench.request("can", "x", nil, "t::forbidden")
        loop.settle()
      }
      #expect(calls == 0)
      // Its own program may.
      node.run { snd(NODE, "t::forbidden") }
      loop.settle()
      #expect(calls == 1)
    }
  }

  @Test("an answer to the own node is handled, an answer to that is refused, so that none grows")
  func answers() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let log = LogCollector.shared
      let bench = RequestBench(node, loop)
      var got: [Message] = []
      let receiver = node.run { port { msg in got.append(msg) } }
      bench.request("time", nil, "snd", .string(receiver.id), "now")
      loop.settle()
      #expect(got.count == 1 && got[0][0] == "now" && got[0][1].double != nil)
      var nested: [Value] = []
      for _ in 0..<1000 { nested += ["x-status", nil] }
      nested += ["snd", .string(receiver.id)]
      nested.withUnsafeBufferPointer {
        node.nodePort.handle($0, from: NodeEntry(id: node.id + "x"))
      }
      loop.settle()
      #expect(got.count == 1)
      #expect(
        log.lines(with: "of \(node.id)x failed: an answer cannot be", upTo: .error).count == 1)
    }
  }

  @Test("between nodes a message is relayed sixteen times, whichever requests ask for it")
  func betweenNodes() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let log = LogCollector.shared
      let bench = RequestBench(node, loop)
      let ways: [[Value]] = [
        ["snd", "a"], ["time", "b#"], ["can", "x", "c"], ["eval", "$$", "d#"], ["x-status", nil],
      ]
      func request(_ count: Int) -> [Value] {
        ["snd", "peer"] + (0..<count).flatMap { ways[$0 % ways.count] } + ["devnull"]
      }
      for (count, isSent) in [(0, true), (16, true), (17, false), (5000, false)] {
        let sender = NodeEntry(id: TestName.next("sender"))
        let message = request(count)
        message.withUnsafeBufferPointer { node.nodePort.handle($0, from: sender) }
        #expect(bench.answers() == (isSent ? [[""] + message.dropFirst(2)] : []))
        let lines = log.lines(with: "of \(sender.id) failed: it is to be relayed", upTo: .error)
        #expect(lines.count == (isSent ? 0 : 1))
      }
    }
  }
}
