import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Callbacks that start tasks") struct TaskReceiverTests {
  @Test("rcv_async has the forms of rcv, and each message a task of its own")
  func forms() {
    withNode { _, loop in
      var got: [String] = []
      let p = port()
      rcv_async(p, "0") { got.append("- \(SELF == p)") }
      rcv_async(p, "1") { (a: Int) in got.append("\(a)") }
      rcv_async(p, "2") { (a: Int, b: String) in got.append("\(a)\(b)") }
      rcv_async(p, "3") { (a: Int, b: String, c: Double) in got.append("\(a)\(b)\(c)") }
      rcv_async(p, "5") { (a: Int, b: Int, c: Int, d: Int, e: String) in
        got.append("\(a)\(b)\(c)\(d)\(e)")
      }
      rcv_async(p, "m") { message in got.append("\(message)") }
      rcv_async(p) { message in got.append("all \(message)") }
      snd(p, "0")
      snd(p, "1", 1)
      snd(p, "2", 1, "b")
      snd(p, "3", 1, "b", 2.5)
      snd(p, "5", 1, 2, 3, 4, "e")
      snd(p, "m", 1, 2)
      snd(p, "other")
      #expect(got.isEmpty)
      loop.settle()
      #expect(got == ["- true", "1", "1b", "1b2.5", "1234e", "[1,2]", "all [\"other\"]"])
      rcv_async(p) { got.append("none") }
      snd(p, "other")
      loop.settle()
      #expect(got.last == "none" && Node.current.taskCount(of: p) == 0)
    }
  }

  @Test("lists of receivers: all are tasks of rcv_async, of rcv those that await")
  func lists() {
    withNode { _, loop in
      var got: [String] = []
      func receivers(_ p: PortID) -> [Receiver] {
        [
          on("now") { got.append("now") }, on("one") { (n: Int) in got.append("one \(n)") },
          on("all") { message in got.append("all \(message)") },
          on("wait") {
            got.append("begin")
            try await AE.sleep(0)
            got.append("wait \(SELF == p)")
          },
          on("sum") { (a: Int, b: Int) in
            got.append("sum \(a + b + (try await get("c")[0].int ?? 0))")
          },
        ]
      }
      func send(_ p: PortID) {
        got = []
        snd(p, "now")
        snd(p, "wait")
        snd(p, "one", 1)
        snd(p, "sum", 1, 2)
        snd(p, "all", 1, "x")
      }
      let mixed = port()
      mixed.receive(receivers(mixed))
      send(mixed)
      #expect(got == ["now", "one 1", "all [1,\"x\"]"])
      let tasks = port()
      #expect(tasks.receiveAsync(receivers(tasks)) == tasks)
      for p in [mixed, tasks] {
        send(p)
        #expect(got.count == (p == tasks ? 0 : 3))
        #expect(Node.current.taskCount(of: p) == (p == tasks ? 5 : 4))
        loop.run(until: { got.contains("wait true") })
        for _ in 0..<2 { snd(p, "c", 4) }
        loop.run(until: { Node.current.taskCount(of: p) == 0 })
        #expect(got.contains("sum 7"))
      }
      #expect(got == ["now", "begin", "one 1", "all [1,\"x\"]", "wait true", "sum 7"])
      var reason: Message?
      let p = rcv_async(port(), on("a") { (_: Int) in }, on("b") { throw die("b") })
      mon(p) { reason = $0 }
      snd(p, "a", "no number")
      loop.settle()
      #expect(
        reason?[1].string?.contains("port \(p), message \"a\": argument 1 should be Int") == true)
    }
  }

  @Test("tasks of one port wait side by side, and the death of the port cancels all of them")
  func sideBySide() {
    withNode { _, loop in
      var got: [String] = []
      let p = port()
      rcv_async(p, "job") { (number: Int) in
        do {
          let answer = try await get("answer \(number)", as: String.self)
          got.append("\(number) \(answer)")
        } catch {
          got.append("\(number) \(error is CancellationError)")
        }
      }
      for number in 1...3 { snd(p, "job", number) }
      loop.settle()
      #expect(Node.current.taskCount(of: p) == 3)
      snd(p, "answer 2", "yes")
      loop.settle()
      #expect(got == ["2 yes"])
      kil(p)
      loop.settle()
      #expect(Set(got.dropFirst()) == ["1 true", "3 true"] && got.count == 3)
      #expect(Node.current.taskCount(of: p) == 0)
    }
  }

  @Test("what a task of a message throws kills the port")
  func throwing() {
    withNode { _, loop in
      var reason: Message?
      let p = port()
      rcv_async(p, "a") {
        await Task.yield()
        throw die("too late")
      }
      mon(p) { reason = $0 }
      snd(p, "a")
      loop.settle()
      #expect(reason == ["die", "too late"])
    }
  }

  @Test("a value that does not fit kills the port before a task is started")
  func mismatch() {
    withNode { _, loop in
      var reason: Message?
      let p = rcv_async(port(), "a") { (_: Int) in Issue.record("called") }
      mon(p) { reason = $0 }
      snd(p, "a", "x")
      loop.settle()
      #expect(reason?[1].string?.contains("argument 1 should be Int") == true)
    }
  }

  @Test("psub_async and peval_async start tasks as part of a port")
  func contexts() {
    withNode { _, loop in
      var got: [String] = []
      var reason: Message?
      let p = port()
      rcv(p, "go") {
        let none = psub_async { got.append("none \(SELF == p)") }
        let one = psub_async { (a: Int) in
          await Task.yield()
          got.append("one \(a) \(SELF == p)")
        }
        let three = psub_async { (a: Int, b: String, c: Bool) in got.append("three \(a)\(b)\(c)") }
        loop.postpone {
          none()
          one(1)
          three(1, "b", true)
        }
      }
      snd(p, "go")
      loop.settle()
      #expect(Set(got) == ["none true", "one 1 true", "three 1btrue"])
      mon(p) { reason = $0 }
      peval_async(p) { throw die("in a task") }
      loop.settle()
      #expect(reason == ["die", "in a task"])
      peval_async(p) { Issue.record("called") }
      loop.settle()
    }
  }

  @Test("an error in a task outside of any port is logged")
  func outside() {
    withNode { _, loop in
      let log = LogCollector.shared
      let text = TestName.next("psub_async")
      psub_async { throw die(text) }()
      loop.settle()
      #expect(log.lines(with: text).count == 1)
    }
  }
}
