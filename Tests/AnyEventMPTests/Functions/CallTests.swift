import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("cal") struct CallTests {
  @Test("the reply comes to the callback, and the reply port goes")
  func reply() throws {
    try withPair { global, slave, loop in
      let service = global.run {
        rcv(port(), "add") { (a: Int, b: Int, reply: PortID) in snd(reply, a + b, "sum") }
      }
      var got: [Message] = []
      slave.run {
        let replyPort = cal(service.id, "add", 1, 2) { reply in
          got.append(reply)
          #expect(SELF != PortID(NODE))
        }
        #expect(port_is_local(replyPort))
        cal(service.id, "add", 3, 4, timeout: 20) { reply in got.append(reply) }
      }
      loop.run(until: { got.count == 2 })
      #expect(got == [[3, "sum"], [7, "sum"]])
      loop.run(until: { slave.status.portCount == 0 })
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }

  @Test("the callback may take typed values, optional ones to see that there is no reply")
  func typed() {
    withNode { _, loop in
      var got: [String] = []
      let service = rcv(port(), "get") { (reply: PortID) in snd(reply, 5, "five", true) }
      let silent = port { _ in }
      cal(service, "get") { got.append("none") }
      cal(service, "get") { (n: Int) in got.append("\(n)") }
      cal(service, "get") { (n: Int, text: String) in got.append("\(n) \(text)") }
      cal(service, "get") { (n: Int, text: String, flag: Bool, more: Int?) in
        got.append("\(n) \(text) \(flag) \(more ?? 0)")
      }
      cal(silent, "get", timeout: 0) { (n: Int?) in got.append(n == nil ? "nothing" : "something") }
      loop.run(until: { got.count == 5 })
      #expect(got.sorted() == ["5", "5 five", "5 five true 0", "none", "nothing"])
    }
  }

  @Test("after the time-out the callback gets an empty message, and a late reply goes nowhere")
  func timeout() {
    withNode { node, loop in
      var replyPort: PortID?
      var got: [Message] = []
      let silent = rcv(port(), "get") { (reply: PortID) in replyPort = reply }
      cal(silent, "get", timeout: 0.001) { reply in got.append(reply) }
      loop.run(until: { !got.isEmpty })
      if let replyPort { snd(replyPort, "late") }
      loop.settle()
      #expect(got == [[]])
      #expect(node.status.portCount == 1)
    }
  }

  @Test("without a time-out the death of the port that was asked ends the waiting")
  func death() throws {
    try withPair { global, slave, loop in
      let silent = global.run { port { _ in } }
      var got: [Message] = []
      slave.run {
        cal(silent.id, "get") { reply in got.append(reply) }
        cal(global.id + "#nobody", "get") { reply in got.append(reply) }
      }
      loop.run(until: { got.count == 1 })
      global.close()
      loop.run(until: { got.count == 2 })
      #expect(got == [[], []])
      loop.run(until: { slave.status.portCount == 0 })
    }
  }

  @Test("only the first reply counts, and the death of the port after it does not")
  func once() {
    withNode { node, loop in
      var got: [Message] = []
      let service = rcv(port(), "get") { (reply: PortID) in
        snd(reply, 1)
        snd(reply, 2)
      }
      cal(service, "get") { reply in got.append(reply) }
      kil(service)
      loop.settle()
      #expect(got == [[1]])
      #expect(node.status.portCount == 0)
    }
  }

  @Test("a killed reply port waits for nothing, and all lets go of what the callback holds")
  func cancelled() {
    withNode { node, loop in
      let tracker = LifeTracker()
      let silent = port { _ in }
      for timeout in [nil, 100.0] {
        let token = tracker.token()
        kil(cal(silent, "get", timeout: timeout) { _ in token.touch() })
      }
      loop.settle()
      #expect(tracker.alive <= 1)
      #expect(silent.monitorCount == 0)
    }
  }

  @Test("an error in the callback: at a reply it is logged, without one it kills the caller")
  func errors() {
    withNode { _, loop in
      let log = LogCollector.shared
      let text = TestName.next("cal")
      var reason: Message?
      let service = rcv(port(), "get") { (reply: PortID) in snd(reply, 1) }
      cal(service, "get") { _ in throw die(text) }
      loop.settle()
      #expect(log.lines(with: text).count == 1)
      let caller = port()
      rcv(caller, "go") {
        cal("#nobody", "get", timeout: 0) { _ in throw die("no reply") }
      }
      mon(caller) { reason = $0 }
      snd(caller, "go")
      loop.run(until: { reason != nil })
      #expect(reason == ["die", "no reply"])
    }
  }
}
