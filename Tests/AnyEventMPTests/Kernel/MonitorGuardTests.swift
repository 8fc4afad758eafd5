import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("mon_guard") struct MonitorGuardTests {
  @Test("references live until the port dies")
  func references() {
    withNode { _, loop in
      let tracker = LifeTracker()
      let p = port {}
      mon_guard(p, tracker.token(), tracker.token())
      #expect(tracker.alive == 2)
      kil(p)
      #expect(tracker.alive == 2)
      loop.settle()
      #expect(tracker.alive == 0)
    }
  }

  @Test("references go with the guard, where one is asked for")
  func guardian() {
    withNode { _, loop in
      let tracker = LifeTracker()
      let p = port {}
      var guardian: Guard? = mon_guard(p, tracker.token())
      #expect(tracker.alive == 1)
      withExtendedLifetime(guardian) {}
      guardian = nil
      #expect(tracker.alive == 0)
      kil(p)
      loop.settle()
    }
  }

  @Test("a timer kept by mon_guard ends with its port, which an error in it kills")
  func timer() {
    withNode { _, loop in
      var ticks = 0
      var reason: Message?
      let p = port()
      rcv(p, "start") {
        mon_guard(
          SELF,
          AE.timer(
            0, 0.001,
            psub {
              ticks += 1
              if ticks == 3 { throw die("three") }
            }))
      }
      var ticksAtEnd: Int?
      mon(p) {
        reason = $0
        ticksAtEnd = ticks
      }
      after(0) { snd(p, "start") }
      loop.run(until: { reason != nil })
      #expect(reason == ["die", "three"])
      var isOver = false
      after(0.02) { isOver = true }
      loop.run(until: { isOver })
      #expect(ticks == ticksAtEnd)
    }
  }

  @Test("references for a port that is not there go at once, from the loop")
  func nonexistent() {
    withNode { _, loop in
      let tracker = LifeTracker()
      mon_guard("#nobody", tracker.token())
      loop.settle()
      #expect(tracker.alive == 0)
    }
  }
}
