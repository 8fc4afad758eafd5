import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Sending log messages to other nodes") struct LogSenderTests {
  @Test("of more messages than can wait for the loop the rest is counted, whatever their size")
  func tap() {
    let probe = LogProbe()
    let tap = LogTap(probe.system) {}
    defer { tap.close() }
    tap.level(.trace)
    for (count, size) in [(3 * LogTap.maximumLines, 1), (100, 64 << 10)] {
      let text = String(repeating: "ä", count: size / 2 + 1)
      for _ in 0..<count { probe.line(.trace, text) }
      let caught = tap.take()
      #expect(caught.lines.count + caught.lost == count)
      #expect(caught.lines.count <= LogTap.maximumLines && caught.lost > 0)
      #expect(caught.lines.map(\.size).reduce(0, +) <= LogTap.maximumBytes)
      #expect(caught.lines.allSatisfy { $0.text.utf8.count <= LogTap.maximumText + 6 })
    }
    #expect(tap.take() == LogTap.Catch())
  }

  @Test("what is logged quietly goes the usual ways, but not to other nodes")
  func quiet() {
    let probe = LogProbe()
    let tap = LogTap(probe.system) {}
    defer { tap.close() }
    tap.level(.trace)
    LogTap.quietly {
      probe.line(.warn, "outer")
      LogTap.quietly { probe.line(.warn, "inner") }
      probe.line(.warn, "outer again")
    }
    probe.line(.warn, "loud")
    #expect(probe.messages.count == 4)
    #expect(tap.take().lines.map(\.text) == ["loud"])
  }

  @Test("for a catcher that takes nothing only little waits")
  func slowCatcher() throws {
    let probe = LogProbe()
    // Nobody answers there: what is sent waits until the node is given up, which must not be before all is sent.
    try withPair(monitorTimeout: 10_000, connectInterval: 10_000, logs: (probe, LogProbe())) {
      node, other, loop in
      let text = String(repeating: "x", count: 10_000)
      let missing = TestName.next("missing")
      let listener = try loop.listen(on: TestHost.next(), 0) { _ in }
      defer { listener.close() }
      node.run { db_set("'l", missing, [listener.address.description]) }
      let call = Message([0, .string("\(missing)#log"), 9])
      node.callFunction(LogSender.function, arguments: call, on: node.id)
      loop.run(until: { node.monitorCount(on: missing) == 1 })
      for _ in 0..<20 {
        for _ in 0..<50 { probe.line(.trace, text) }
        loop.settle()
      }
      let queued = node.queuedBytes(for: missing)
      #expect(queued > LogSender.maximumQueue)
      #expect(queued < LogSender.maximumQueue + 100_000)
      withExtendedLifetime(other) {}
    }
  }

  @Test("a node that is closed or forgotten taps no log any more")
  func end() throws {
    try withLoop { loop in
      for isClosed in [true, false] {
        let probe = LogProbe()
        // Its seed is not there, so that it goes on looking for the node of the port.
        var node: Node? = try .listening(on: loop, seeds: ["127.0.0.1:1"], log: probe)
        probe.turnOff()
        #expect(probe.level == nil)
        if let node {
          node.callFunction(LogSender.function, arguments: Message([0, "x#y", 9]), on: node.id)
        }
        loop.run(until: { probe.level == .trace })
        probe.line(.warn, "under way")
        if isClosed { node?.close() }
        node = nil
        #expect(probe.level == nil)
        loop.settle()
      }
    }
  }

  @Test("the difference of the clocks has a sign and four places, and is left out when it is tiny")
  func difference() {
    #expect(LogCatching.difference(0.00005) == "")
    #expect(LogCatching.difference(0.0123) == "(+0.0123)")
    #expect(LogCatching.difference(-3.5) == "(-3.5000)")
    #expect(LogCatching.difference(1.00005) == "(+1.0001)")
    for value in [Double.infinity, -.infinity, 1e300] {
      #expect(LogCatching.difference(value) == "(unknown time)")
    }
    #expect(LogCatching.difference(.nan) == "")
  }
}
