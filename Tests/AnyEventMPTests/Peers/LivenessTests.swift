import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Whether the other end of a connection lives") struct LivenessTests {
  private static let rules = Liveness.Rules(heartbeat: 5, timeout: 15)
  private let rules = rules

  /// A connection whose ticks the test calls: what was heard, taken and acknowledged is set in between.
  private struct Bench {
    var liveness: Liveness
    var hasHeard = false
    var sent: UInt64 = 0
    var queued = 0
    var acknowledged: UInt64 = 0
    var pieces: UInt64 = 0
    let rules: Liveness.Rules

    init(promised: Double?, _ rules: Liveness.Rules) {
      liveness = Liveness(promised: promised)
      self.rules = rules
    }

    private var line: Liveness.Line {
      let traffic = StreamTraffic(unacknowledged: sent - acknowledged, pieces: pieces)
      return Liveness.Line(hasHeard: hasHeard, sent: sent, queued: queued, traffic: { traffic })
    }

    /// One tick; a question is queued behind all else, and what is small and not blocked leaves at once.
    mutating func tick(after seconds: Double? = nil) -> Liveness.Step {
      let step = liveness.tick(after: seconds ?? rules.unit, line, rules)
      hasHeard = false
      switch step {
      case .ask:
        if queued > 0 { queued += 20 } else { sent += 20 }
        liveness.asked(line, rules)
      case .sayHello: sent += 1
      case .nothing, .giveUp: break
      }
      return step
    }

    /// Ticks until the other end is given up, at most so many; each is preceded by what `happens`.
    mutating func ticksUntilGivenUp(
      most: Int = 1000, _ happens: (inout Bench) -> Void = { _ in }
    ) -> Int? {
      for count in 1...most {
        happens(&self)
        if tick() == .giveUp { return count }
      }
      return nil
    }
  }

  @Test("silence is asked about after the interval and ends the connection after the time-out")
  func silence() {
    for promised in [nil, 5, 60] as [Double?] {
      var bench = Bench(promised: promised, rules)
      bench.hasHeard = true
      #expect(bench.tick() == .nothing)
      var steps: [Liveness.Step] = []
      for _ in 0..<9 {
        steps.append(bench.tick())
        bench.acknowledged = bench.sent
      }
      #expect(steps.prefix(2).allSatisfy { $0 != .ask && $0 != .giveUp })
      #expect(steps[2..<8].allSatisfy { $0 == .ask })
      #expect(steps[8] == .giveUp)
    }
  }

  @Test("who sends nothing says something before the interval is over, and as often as that")
  func keepAlive() {
    for heartbeat in [0.5, 5, 7, 100] {
      let rules = Liveness.Rules(heartbeat: heartbeat, timeout: 15)
      #expect(rules.interval == min(heartbeat, 5), "there must be time for an answer")
      var bench = Bench(promised: nil, rules)
      var last = 0.0
      for count in 1...100 {
        bench.hasHeard = true
        bench.acknowledged = bench.sent
        let time = Double(count) * rules.unit
        if bench.tick() == .sayHello { last = time }
        // It leaves right after this tick.
        #expect(time - last < rules.interval)
      }
      #expect(bench.sent >= 30 && bench.sent <= 50)
    }
  }

  @Test("who was kept busy since the last tick says something at once, whatever it sent before")
  func stalled() {
    var bench = Bench(promised: nil, rules)
    for _ in 0..<20 {
      bench.hasHeard = true
      _ = bench.tick()
      bench.sent += 1
      bench.hasHeard = true
      #expect(bench.tick(after: rules.interval) == .sayHello)
    }
  }

  @Test("what is queued is said in time: nothing is added to it")
  func queued() {
    var bench = Bench(promised: nil, rules)
    bench.queued = 1000
    for _ in 0..<100 {
      bench.hasHeard = true
      #expect(bench.tick() == .nothing)
    }
  }

  @Test("what came out of order is life, although nothing can be read")
  func outOfOrder() {
    var bench = Bench(promised: 5, rules)
    var serial = 0
    let end = bench.ticksUntilGivenUp(most: 500) { bench in
      serial += 1
      if serial % 4 == 0 { bench.pieces += 1 }
    }
    #expect(end == nil)
  }

  @Test("as long as a node without keep-alives takes from a queue, it is not given up; then it is")
  func queueMoves() {
    var bench = Bench(promised: nil, rules)
    bench.queued = 1_000_000
    // Its kernel takes 1000 bytes a tick.
    var turn = 0
    let end = bench.ticksUntilGivenUp { bench in
      // Sometimes nothing, for several ticks.
      turn += 1
      let count = turn % 50 < 40 ? min(1000, bench.queued) : turn % 3 == 0 ? 1 : 0
      bench.queued -= count
      bench.sent += UInt64(count)
      bench.acknowledged = bench.sent
    }
    // A thousand ticks and more for the queue, then the rest of the time-out for the answer.
    #expect(end == nil)
    bench.sent += UInt64(bench.queued)
    bench.queued = 0
    let rest = bench.ticksUntilGivenUp { $0.acknowledged = $0.sent }
    #expect((6...10).contains(rest ?? 0))
  }

  @Test("a stopped process without keep-alives is given up, once its buffers are full")
  func stopped() {
    for bufferSize in [0, 5000] as [UInt64] {
      var bench = Bench(promised: nil, rules)
      bench.queued = 1_000_000
      let end = bench.ticksUntilGivenUp { bench in
        let room = Int(bufferSize - bench.acknowledged)
        bench.queued -= min(1000, room)
        bench.sent += UInt64(min(1000, room))
        bench.acknowledged = bench.sent
      }
      #expect((end ?? 0) <= 9 + Int(bufferSize / 1000) + 1)
    }
    // A little is sent all the time, and acknowledged by the machine: that is no life of the process.
    var bench = Bench(promised: nil, rules)
    let end = bench.ticksUntilGivenUp { bench in
      bench.sent += 10
      bench.acknowledged = bench.sent
    }
    #expect(end == 9)
  }

  @Test("a node that promised keep-alives is given up in time, whatever its machine acknowledges")
  func promised() {
    for promised in [1, 5, 6] as [Double] {
      var bench = Bench(promised: promised, rules)
      bench.queued = 1_000_000
      let end = bench.ticksUntilGivenUp { bench in
        bench.queued -= 1000
        bench.sent += 1000
        bench.acknowledged = bench.sent
      }
      #expect(end == 9)
    }
    #expect(rules.trust(5) && !rules.trust(7) && !rules.trust(nil) && !rules.trust(0))
  }

  @Test("under suspicion twice the interval is the limit, and anything heard clears it")
  func suspicion() {
    var bench = Bench(promised: 5, rules)
    bench.liveness.suspect(rules)
    #expect(bench.ticksUntilGivenUp() == 7)
    bench.liveness.suspect(rules)
    _ = bench.tick()
    bench.hasHeard = true
    _ = bench.tick()
    #expect(!bench.liveness.isSuspected)
    #expect(bench.ticksUntilGivenUp() == 9)
  }

  @Test("under suspicion a slow line with a long queue is no silence to who may be silent as long")
  func suspectedQueue() {
    let rules = Liveness.Rules(heartbeat: 1, timeout: 15)
    for (promised, isTrusted) in [(0.5, true), (1, true), (5, false), (60, false), (nil, false)]
      as [(Double?, Bool)]
    {
      for bufferSize in [UInt64.max, 5000] {
        var bench = Bench(promised: promised, rules)
        bench.queued = 1_000_000
        bench.liveness.suspect(rules)
        let end = bench.ticksUntilGivenUp(most: 500) { bench in
          let room = Int(clamping: bufferSize - bench.acknowledged)
          bench.queued -= min(1000, room)
          bench.sent += UInt64(min(1000, room))
          bench.acknowledged = bench.sent
        }
        if isTrusted {
          // Who says something as often as we ask is dead when it says nothing.
          #expect(end == 7)
        } else if bufferSize == .max {
          #expect(end == nil, "promised \(promised ?? 0)")
        } else {
          #expect((7...12).contains(end ?? 0), "promised \(promised ?? 0)")
        }
      }
    }
  }

  @Test("the kernel's figures are those of the connection")
  func traffic() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      loop.run(until: { node.connectedNodes == [peer.id] })
      let stream = peer.raw.stream
      loop.run(until: { stream.traffic?.unacknowledged == 0 })
      let before = try #require(stream.traffic)
      let sent = stream.sentCount
      for _ in 0..<10 {
        node.run { snd("\(peer.id)#p", "text") }
        loop.runOnce(waiting: false)
      }
      loop.run(until: { (stream.traffic?.pieces ?? 0) > before.pieces })
      peer.send("", "devnull")
      loop.run(until: { stream.sentCount > sent && stream.traffic?.unacknowledged == 0 })
    }
  }
}
