import AnyEventMP
import TestSupport
import Testing

@Suite("after") struct AfterTests {
  @Test("both forms fire once, when their time has come and in its order")
  func times() {
    withLoop(manualTime: 100) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var got: [String] = []
      let tracker = LifeTracker()
      node.run {
        let p = rcv(port(), "tick") { (n: Int) in got.append("tick \(n)") }
        let token = tracker.token()
        after(2) {
          token.touch()
          got.append("two")
        }
        after(1, p, "tick", 7)
        after(0) { got.append("zero") }
      }
      loop.advance(by: 0)
      #expect(got == ["zero"])
      loop.advance(by: 0.99)
      #expect(got == ["zero"])
      loop.advance(by: 0.01)
      #expect(got == ["zero", "tick 7"])
      loop.advance(by: 10)
      #expect(got == ["zero", "tick 7", "two"])
      #expect(tracker.alive == 0, "a timer is left")
    }
  }

  @Test("the callback belongs to the port that asked, and does not come when that has died")
  func context() {
    withLoop(manualTime: 0) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var selves: [PortID] = []
      node.run {
        let p = rcv(port(), "go") { after(1) { selves.append(SELF) } }
        let q = rcv(port(), "go") { after(1) { selves.append(SELF) } }
        snd(p, "go")
        snd(q, "go")
        kil(q)
        loop.advance(by: 2)
        #expect(selves == [p])
      }
    }
  }

  @Test("what the callback throws kills the port that asked")
  func throwing() {
    withLoop(manualTime: 0) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var reason: Message?
      node.run {
        let p = rcv(port(), "go") { after(1) { throw die("late") } }
        node.monitor(p) { reason = $0 }
        snd(p, "go")
      }
      loop.advance(by: 2)
      #expect(reason == ["die", "late"])
    }
  }

  @Test("no callback comes after the node is closed, and what they hold goes")
  func closing() {
    withLoop(manualTime: 0) { loop in
      let tracker = LifeTracker()
      let node = Node(on: loop)
      var isCalled = false
      node.run {
        let token = tracker.token()
        after(1) {
          token.touch()
          isCalled = true
        }
      }
      #expect(tracker.alive == 1)
      node.close()
      #expect(tracker.alive == 0)
      loop.advance(by: 5)
      #expect(!isCalled)
    }
  }
}
