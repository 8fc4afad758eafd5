import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("psub and peval") struct PortContextTests {
  @Test("psub runs its block as part of the port, with any number of arguments")
  func forms() {
    withNode { _, loop in
      var got: [String] = []
      let p = port()
      rcv(p, "go") {
        let none = psub { got.append("none \(SELF == p)") }
        let one = psub { (a: Int) in got.append("one \(a) \(SELF == p)") }
        let two = psub { (a: Int, b: String) in got.append("two \(a) \(b)") }
        let three = psub { (a: Int, b: String, c: Bool) in got.append("three \(a) \(b) \(c)") }
        let value: (Int) -> Int? = psub { (a: Int) in a * 2 }
        after(0) {
          none()
          one(1)
          two(1, "b")
          three(1, "b", true)
          got.append("value \(value(21) ?? 0)")
        }
      }
      snd(p, "go")
      loop.run(until: { got.count == 5 })
      #expect(got == ["none true", "one 1 true", "two 1 b", "three 1 b true", "value 42"])
    }
  }

  @Test("psub fits where callbacks are taken, and what it throws kills the port")
  func watchers() {
    withNode { _, loop in
      var reasons: [Message] = []
      var timer: TimerWatcher?
      func failing(_ start: @escaping () -> Void) {
        let p = port(start)
        mon(p) { reason in reasons.append(reason) }
        // From the loop, so that AE.timer finds it.
        after(0) { snd(p) }
      }
      failing { timer = AE.timer(0, 0, psub { throw die("timer") }) }
      failing { after(0, psub { throw die("after") }) }
      failing { mon("#nobody", psub { throw die("mon") }) }
      failing { mon("#nobody", psub { (reason: Message) in throw die(reason[0].string ?? "") }) }
      loop.run(until: { reasons.count == 4 })
      #expect(
        Set(reasons)
          == [["die", "timer"], ["die", "after"], ["die", "mon"], ["die", "no_such_port"]])
      withExtendedLifetime(timer) {}
    }
  }

  @Test("psub outside of a port logs what its block throws")
  func outside() {
    withNode { _, _ in
      let log = LogCollector.shared
      let text = TestName.next("psub")
      psub { throw die(text) }()
      #expect(log.lines(with: text).count == 1)
      #expect(psub { () throws -> Int in throw die(text) }() == nil)
    }
  }

  @Test("psub does nothing when its node is gone")
  func nodeIsGone() {
    var late: (() -> Void)?
    withNode { _, _ in late = psub { Issue.record("called") } }
    late?()
  }

  @Test("peval runs a block as part of a port, returns its value, and gives SELF back")
  func peval_() {
    withNode { _, loop in
      let p = port {}
      let outer = port()
      var value: Int?
      rcv(outer, "go") {
        value = peval(p) { SELF == p ? 5 : 0 }
        #expect(SELF == outer)
      }
      snd(outer, "go")
      #expect(value == 5)
      var reason: Message?
      mon(p) { reason = $0 }
      peval(p) { throw die("in peval") }
      loop.settle()
      #expect(reason == ["die", "in peval"])
    }
  }

  @Test("peval as part of a port that is gone runs nothing")
  func deadPort() {
    withNode { _, loop in
      let p = port {}
      kil(p)
      loop.settle()
      peval(PortID(p.id)) { Issue.record("called") }
      let value = peval(PortID(p.id)) { 5 }
      #expect(value == nil)
    }
  }

  @Test("an error in a callback of a port that is being killed is logged, not lost")
  func errorAfterKill() {
    withNode { _, loop in
      let log = LogCollector.shared
      let text = TestName.next("after kill")
      var reason: Message?
      let p = port {
        kil(SELF, "first")
        throw die(text)
      }
      mon(p) { reason = $0 }
      snd(p)
      loop.settle()
      #expect(reason == ["first"])
      #expect(log.lines(with: text).count == 1)
    }
  }
}
