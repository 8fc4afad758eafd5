import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Order of delivery") struct DeliveryOrderTests {
  @Test("a message to an own port is delivered before snd returns")
  func direct() {
    withNode { node, _ in
      var got: [Int] = []
      let p = rcv(port(), "n") { (n: Int) in got.append(n) }
      snd(p, "n", 1)
      #expect(got == [1])
      #expect(node.queuedBytes(for: NODE) == 0)
    }
  }

  @Test("a port that sends to itself goes on from the loop after 50 calls, and loses nothing")
  func deepRecursion() {
    withNode { _, loop in
      var got: [Int] = []
      var depth = 0
      var deepest = 0
      let p = port()
      rcv(p, "n") { (n: Int) in
        got.append(n)
        depth += 1
        deepest = max(deepest, depth)
        defer { depth -= 1 }
        if n < 500 { snd(SELF, "n", n + 1) }
      }
      snd(p, "n", 0)
      #expect(got.count == 50)
      loop.run(until: { got.count == 501 })
      #expect(got == Array(0...500))
      #expect(deepest == 50)
      // Later messages are delivered at once again.
      snd(p, "n", 500)
      #expect(got.last == 500 && got.count == 502)
    }
  }

  @Test("once something is deferred, later messages wait behind it")
  func orderBehindDeferred() {
    withNode { _, loop in
      var got: [String] = []
      let log = rcv(port(), "x") { (text: String) in got.append(text) }
      let deep = port()
      rcv(deep, "n") { (n: Int) in
        if n < 60 { snd(deep, "n", n + 1) }
        snd(log, "x", "\(n)")
      }
      snd(deep, "n", 0)
      for number in 100..<120 { snd(log, "x", "\(number)") }
      loop.run(until: { got.count == 81 })
      // Each sender's messages are in order: the callbacks end from the innermost outwards.
      let later = got.compactMap(Int.init).filter { $0 >= 100 }
      #expect(later == Array(100..<120))
      #expect(Set(got).count == 81)
    }
  }

  @Test(
    "random sends among ports keep the order of each pair, at any depth", arguments: Seeds.some(6))
  func randomTraffic(seed: UInt64) {
    withNode { _, loop in
      var random = SeededGenerator(seed: seed)
      var left = 3000
      var sent: [String: Int] = [:]
      var seen: [String: Int] = [:]
      let ports = (0..<5).map { _ in port() }
      func send(from: Int) {
        let to = random.number(below: ports.count)
        let number = sent["\(from)-\(to)", default: 0]
        sent["\(from)-\(to)"] = number + 1
        snd(ports[to], "m", from, number)
      }
      for (own, p) in ports.enumerated() {
        rcv(p, "m") { (from: Int, number: Int) in
          let pair = "\(from)-\(own)"
          // A port that sends to itself, or is in the middle of a call, is called again inside: so
          // what counts is the order in which callbacks begin.
          #expect(seen[pair, default: 0] == number, "pair \(pair), seed \(seed)")
          seen[pair] = number + 1
          for _ in 0..<random.number(below: 3) where left > 0 {
            left -= 1
            send(from: own)
          }
        }
      }
      for _ in 0..<100 { send(from: 0) }
      loop.run(until: { seen.values.reduce(0, +) == sent.values.reduce(0, +) })
      #expect(seen == sent)
    }
  }

  @Test("the deferred queue keeps the order through its growth and its clearing")
  func deferredQueue() {
    var queue = DeferredWork()
    var next = 0
    var expected = 0
    var ran: [Int] = []
    func take() {
      guard case .job(let job) = queue.popFirst() else {
        Issue.record("not a job")
        return
      }
      job()
      #expect(ran.popLast() == expected)
      expected += 1
    }
    for round in 0..<200 {
      for _ in 0..<(round * 7 % 300) {
        let number = next
        next += 1
        queue.append(.job { ran.append(number) })
      }
      for _ in 0..<min(next - expected, round * 5 % 290) { take() }
    }
    while expected < next { take() }
    let isEmpty = queue.isEmpty
    #expect(isEmpty)
    let nothing = queue.popFirst()
    #expect(nothing == nil)
  }
}
