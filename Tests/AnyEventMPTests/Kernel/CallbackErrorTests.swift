import AnyEventMP
import TestSupport
import Testing

@Suite("Errors in callbacks") struct CallbackErrorTests {
  /// The reason with which the port dies of what `cause` does.
  private func reason(
    _ callback: @escaping (Message) throws -> Void = { _ in }, of cause: (PortID) -> Void
  ) -> Message? {
    var reason: Message?
    withNode { node, loop in
      let p = rcv(port(), "throw", callback)
      node.monitor(p) { reason = $0 }
      cause(p)
      loop.run(until: { reason != nil })
    }
    return reason
  }

  @Test(
    "what is thrown kills the port with die and the text, its trailing newlines cut",
    arguments: [
      ("text", "text"), ("text\n", "text"), ("a\nb\n\n\n", "a\nb"), ("\n", ""), ("", ""),
      ("crlf\r\n", "crlf\r"),
    ])
  func die(thrown: String, text: String) {
    let reason = reason({ _ in throw AnyEventMP.die(thrown) }) { snd($0, "throw") }
    #expect(reason == ["die", .string(text)])
  }

  @Test("the port may go on sending in the callback before it throws")
  func workBeforeThrowing() {
    withNode { node, loop in
      var got: [String] = []
      let log = rcv(port(), "x") { (text: String) in got.append(text) }
      let p = port()
      rcv(p, "go") {
        snd(log, "x", "before")
        throw AnyEventMP.die("x")
      }
      snd(p, "go")
      snd(p, "go")
      loop.settle()
      #expect(got == ["before"])
      // More ports throw than calls may be nested, and still the next message is delivered at once.
      for _ in 0..<100 {
        let other = rcv(port(), "go") { throw AnyEventMP.die("x") }
        snd(other, "go")
      }
      loop.settle()
      #expect(!node.isRunningPort)
      snd(log, "x", "after")
      #expect(got == ["before", "after"])
    }
  }

  @Test(
    "a message that nobody takes kills the port, with 30 printable characters of its tag",
    arguments: [
      ("simple", "simple"), (String(repeating: "x", count: 31), String(repeating: "x", count: 30)),
      ("tab\there~\u{7f}", "tab.here~."), ("grün", "gr.n"), ("", ""),
      ("e\u{301}👨‍👩‍👧", "e......"),
    ])
  func unhandled(tag: String, shown: String) {
    let reason = reason { snd($0, tag, 1) }
    #expect(
      reason == ["unhandled_message", .string("no callback found for message '\(shown)'")])
  }

  @Test("messages without a text as tag are unhandled with an empty tag")
  func unhandledWithoutTag() {
    let expected: Message = ["unhandled_message", "no callback found for message ''"]
    #expect(reason { snd($0) } == expected)
    #expect(reason { snd($0, [1]) } == expected)
    #expect(reason { snd($0, nil as Int?, 2) } == expected)
  }

  @Test("SELF is the port inside a callback, and the node outside, also after an error")
  func selfInside() {
    withNode { _, loop in
      var inside: [PortID] = []
      #expect(SELF.id == NODE)
      let inner = rcv(port(), "x") { inside.append(SELF) }
      let outer = port()
      rcv(outer, "x") {
        inside.append(SELF)
        snd(inner, "x")
        inside.append(SELF)
        throw AnyEventMP.die("x")
      }
      snd(outer, "x")
      #expect(SELF.id == NODE)
      after(0) { inside.append(SELF) }
      loop.run(until: { inside.count == 4 })
      #expect(inside == [outer, inner, outer, PortID(NODE)])
    }
  }

  @Test("the death of a port that nobody monitors is logged with its reason, if it has one")
  func logged() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let (p, q, watched) = node.run { (port(), port(), port()) }
      node.monitor(watched) { _ in }
      node.run {
        kil(p, "reason", 1, "text")
        kil(q)
        kil(watched, "reason")
      }
      loop.settle()
      let lines = log.lines(with: node.id, upTo: .error)
      #expect(
        lines == ["unmonitored local port \(p.id) died with reason: reason 1 text"])
    }
  }

  @Test("rcv on a port that has died is logged and ignored")
  func rcvOnDeadPort() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      node.run {
        let p = port {}
        kil(p)
        rcv(p, "x") {}
        loop.settle()
        rcv(p, "x") {}
        rcv(p) {}
        rcv(p, "x", nil)
        rcv(PortID("\(NODE)#never"), "x") {}
        #expect(
          log.lines(with: p.id, upTo: .error)
            == Array(repeating: "rcv: there is no port \(p.id) any more, ignored", count: 4))
        #expect(log.lines(with: "\(NODE)#never", upTo: .error).count == 1)
      }
    }
  }
}
