import AnyEventMP
import TestSupport
import Testing

@Suite("Killing ports") struct KillTests {
  @Test("what was sent before kil is delivered, what is sent after it is not")
  func order() {
    withNode { _, loop in
      var got: [Int] = []
      let p = rcv(port(), "n") { (n: Int) in got.append(n) }
      let deep = port()
      rcv(deep, "go") { (n: Int) in
        if n < 49 { return snd(deep, "go", n + 1) }
        // Here every send is deferred.
        snd(p, "n", 1)
        snd(p, "n", 2)
        kil(p)
        snd(p, "n", 3)
        #expect(got.isEmpty)
      }
      snd(deep, "go", 0)
      snd(p, "n", 4)
      var isOver = false
      after(0) { isOver = true }
      loop.run(until: { isOver })
      #expect(got == [1, 2])
    }
  }

  @Test("kil takes effect from the loop, once, with the first reason")
  func twice() {
    withNode { node, loop in
      var reasons: [Message] = []
      let p = port {}
      node.monitor(p) { reasons.append($0) }
      node.monitor(p) { reasons.append($0) }
      kil(p, "first", 1)
      kil(p, "second")
      #expect(reasons.isEmpty)
      loop.run(until: { !reasons.isEmpty })
      loop.settle()
      #expect(reasons == [["first", 1], ["first", 1]])
      kil(p, "third")
      loop.settle()
      #expect(reasons.count == 2)
    }
  }

  @Test("kil in the own callback lets the callback end and nothing more come")
  func inOwnCallback() {
    withNode { node, loop in
      var got: [String] = []
      var reason: Message?
      let p = port()
      node.monitor(p) { reason = $0 }
      rcv(p, "x") { (text: String) in
        got.append(text)
        kil(SELF)
        snd(SELF, "x", "after")
        #expect(SELF == p)
      }
      snd(p, "x", "first")
      snd(p, "x", "second")
      loop.run(until: { reason != nil })
      #expect(got == ["first"])
      #expect(reason == [])
    }
  }

  @Test("a port that is killed while its callback runs a nested loop of sends is not called again")
  func whileRunning() {
    withNode { node, loop in
      var calls = 0
      let p = port()
      let killer = rcv(port(), "kill") { kil(p, "gone") }
      rcv(p, "x") {
        calls += 1
        snd(killer, "kill")
        for _ in 0..<10 { snd(p, "x") }
      }
      snd(p, "x")
      loop.settle()
      #expect(calls == 1)
      #expect(!node.isAlive(p))
    }
  }

  @Test("the node cannot be killed, and killing what is not there does nothing")
  func impossible() {
    withNode { node, loop in
      _ = LogCollector.shared
      kil(SELF)
      kil("")
      kil("#nobody", "x")
      kil(Value.array([]))
      loop.settle()
      #expect(node.knownNodes.isEmpty)
    }
  }

  @Test("a port's callbacks are dropped at once when it dies, whoever holds its id")
  func callbacksAreDropped() {
    withNode { node, loop in
      let tracker = LifeTracker()
      let p = port()
      for tag in ["a", "b", "c"] {
        let token = tracker.token()
        rcv(p, tag) { token.touch() }
      }
      let token = tracker.token()
      rcv(p) {
        token.touch()
        // The port is held by its own callback.
        snd(p, "never")
      }
      do {
        let token = tracker.token()
        node.monitor(p) { _ in token.touch() }
      }
      #expect(tracker.alive == 5)
      kil(p)
      loop.settle()
      // The local constant `token` of this function lives on.
      withExtendedLifetime((token, p)) { #expect(tracker.alive <= 1) }
    }
  }

  @Test("replacing and removing callbacks from the end of what they held is safe")
  func endsThatComeBack() {
    withNode { _, loop in
      let tracker = LifeTracker()
      let p = port {}
      func set(_ tag: String, thenSet other: String?) {
        let token = tracker.token()
        token.onEnd = { if let other { rcv(p, other) {} } }
        rcv(p, tag) { token.touch() }
      }
      for tag in ["a", "b", "c", "d"] { set(tag, thenSet: "e") }
      set("b", thenSet: "a")
      rcv(p, "c", nil)
      rcv(p, "a", nil)
      kil(p)
      loop.settle()
      #expect(tracker.alive == 0)
    }
  }
}
