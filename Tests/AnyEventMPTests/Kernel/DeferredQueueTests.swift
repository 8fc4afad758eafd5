import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("What waits for the event loop") struct DeferredQueueTests {
  @Test(
    "a port that sends itself ever more is killed at the limit, and its monitors fire; others go on"
  )
  func runaway() {
    withNode { node, loop in
      node.queueLimit = 100_000
      var most = 0
      var calls = 0
      let p = port()
      rcv(p, "n") { (n: Int) in
        calls += 1
        snd(SELF, "n", n + 1)
        snd(SELF, "n", n + 1)
        most = max(most, node.queuedBytes(for: NODE))
      }
      var reason: Message?
      mon(p) { reason = $0 }
      var got = 0
      let other = rcv(port(), "n") { got += 1 }
      after(0) { snd(other, "n") }
      snd(p, "n", 0)
      #expect(reason == nil)
      loop.run(until: { reason != nil && got == 1 })
      #expect(reason?[0] == "too_much_queued")
      #expect(reason?[1] == "more than 100000 bytes wait for ports of this node")
      #expect(most > 90_000 && most <= 100_000)
      // Each of the messages that waited at the time was delivered before the end.
      #expect(calls > 500)
      snd(p, "n", 0)
      #expect(node.queuedBytes(for: NODE) == 0)
    }
  }

  @Test("nothing is missing among what a killed port was sent before, and nothing comes after")
  func noHole() {
    withNode { node, loop in
      node.queueLimit = 20_000
      var got: [Int] = []
      let p = rcv(port(), "n") { (n: Int) in got.append(n) }
      var fired = 0
      mon(p) { reason in
        fired += 1
        #expect(reason[0] == "too_much_queued")
      }
      // Something waits, so that all that follows does.
      node.later {}
      for n in 0..<1000 { snd(p, "n", n) }
      #expect(got.isEmpty && node.queuedBytes(for: NODE) <= 20_000)
      loop.run(until: { fired > 0 })
      #expect(got == Array(0..<got.count) && got.count > 50 && got.count < 1000)
      loop.settle()
      #expect(fired == 1)
    }
  }

  @Test("crossing the high water mark is told once, and again when all was done meanwhile")
  func highWater() {
    withNode { node, loop in
      var told: [String] = []
      node.highWaterMark = 5000
      node.onHighWater = { id, _ in told.append(id) }
      let p = rcv(port(), "n") {}
      for round in 1...2 {
        node.later {}
        for _ in 0..<200 { snd(p, "n") }
        #expect(told.count == round - 1)
        loop.run(until: { node.queuedBytes(for: NODE) == 0 })
        #expect(told == Array(repeating: NODE, count: round))
      }
    }
  }

  @Test("the queue does not grow when each iteration brings more than it used to take")
  func steadyFlood() {
    withNode { node, loop in
      var got = 0
      var sent = 0
      let p = rcv(port(), "n") { got += 1 }
      node.later {}
      snd(p, "n")
      let size = node.queuedBytes(for: NODE)
      sent += 1
      #expect(size > 0)
      var most = 0
      for _ in 0..<200 {
        // What peers send comes in between, straight from the connection.
        for _ in 0..<3000 { snd(p, "n") }
        sent += 3000
        most = max(most, node.queuedBytes(for: NODE) / size)
        loop.runOnce(waiting: false)
      }
      #expect(most <= 10_000)
      loop.run(until: { got == sent })
    }
  }

  @Test("requests to the own node port are limited too: the port that sends too many is killed")
  func ownNodePort() {
    withNode { node, loop in
      node.queueLimit = 10_000
      var reason: Message?
      let p = rcv(port(), "go") {
        for _ in 0..<1000 { snd(NODE, "devnull", "some text that takes its place") }
      }
      mon(p) { reason = $0 }
      snd(p, "go")
      #expect(node.queuedBytes(for: NODE) <= 10_000)
      loop.run(until: { reason != nil })
      #expect(reason?[0] == "die")
      #expect(reason?[1].string?.contains("more than 10000 bytes") == true)
      #expect(node.queuedBytes(for: NODE) == 0)
    }
  }

  @Test("all that a message holds counts, and all is taken off again")
  func sizes() {
    var queue = DeferredWork()
    let port = LocalPort(owner: 1, home: NodeEntry(id: "n"), name: "p")
    let text = String(repeating: "x", count: 1000)
    let messages: [[Value]] = [
      [], ["short", 1, nil, true, 2.5], [.string(text)], [.bytes(Array(text.utf8))],
      [["key": .string(text), "other": ["x"]]], [[.string(text), [.string(text)]]],
    ]
    let sizes = messages.map(DeferredWork.bytes)
    #expect(sizes == sizes.sorted())
    #expect(sizes[0] > 0 && sizes[2] > 1000 && sizes[5] > 2000)
    for (message, bytes) in zip(messages, sizes) {
      queue.append(message, to: port, bytes: bytes)
    }
    #expect(queue.bytes == sizes.reduce(0, +))
    // And the item of the run that they are.
    #expect(queue.count == messages.count + 1)
    var taken: [[Value]] = []
    while let (_, message) = queue.popMessage() { taken.append(message) }
    #expect(taken == messages)
    #expect(queue.bytes == 0 && queue.count == 0)
  }
}
