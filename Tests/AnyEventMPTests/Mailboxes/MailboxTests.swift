import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Taking messages out of a mailbox") struct MailboxTests {
  @Test("get takes the oldest message with the tag, and the others wait in their order")
  func byTag() {
    withNode { _, loop in
      var got: [Message] = []
      let p = port_async { mailbox in
        got.append(try await mailbox.get("b"))
        #expect(mailbox.count == 3)
        got.append(try await mailbox.get("a"))
        got.append(try await mailbox.get("a"))
        got.append(try await mailbox.get())
        got.append(try await mailbox.get("c"))
      }
      snd(p, "a", 1)
      snd(p, "x")
      snd(p, "b", 2, "two")
      snd(p, "a", 3)
      loop.settle()
      #expect(got == [[2, "two"], [1], [3], ["x"]])
      snd(p, "d")
      snd(p, "c", 4)
      loop.settle()
      #expect(got.last == [4] && got.count == 5)
    }
  }

  @Test("get of several tags keeps the order of arrival, and returns the whole message")
  func severalTags() {
    withNode { _, loop in
      var got: [Message] = []
      let other = port()
      let p = port_async { mailbox in
        for _ in 0..<3 { got.append(try await mailbox.get("a", "b", other)) }
        got.append(try await get("b", "c"))
      }
      snd(p, "c", 1)
      snd(p, "b", 2)
      snd(p, other, 3)
      snd(p, "a", 4)
      loop.settle()
      #expect(got == [["b", 2], [.string(other.id), 3], ["a", 4], ["c", 1]])
    }
  }

  @Test("get_cond takes the oldest message for which it is true, whole")
  func conditions() {
    withNode { _, loop in
      var got: [Message] = []
      var asked: [Message] = []
      let p = port_async {
        got.append(
          try await get_cond { message in
            #expect(SELF.isLocal)
            asked.append(message)
            return message[1].int == 7
          })
        got.append(try await get_cond { _ in true })
      }
      snd(p, "a", 1)
      snd(p, "b", 2)
      loop.settle()
      #expect(got.isEmpty && asked == [["a", 1], ["b", 2]])
      snd(p, "c", 7)
      loop.settle()
      #expect(got == [["c", 7], ["a", 1]])
      #expect(asked == [["a", 1], ["b", 2], ["c", 7]])
    }
  }

  @Test("a condition that returns a closure says what is done with the message")
  func conditionWithClosure() {
    withNode { _, loop in
      var got: [String] = []
      let p = port_async {
        let sum = try await get_cond { message -> ((Message) async throws -> Int)? in
          guard message[0] == "add" else { return nil }
          return { message in
            let more = try await get("more", as: Int.self)
            return (message[1].int ?? 0) + more
          }
        }
        got.append("sum \(sum ?? 0)")
      }
      snd(p, "more", 5)
      snd(p, "add", 2)
      loop.settle()
      #expect(got == ["sum 7"])
    }
  }

  @Test("an error that a condition throws is that of get, and the message stays")
  func throwingCondition() {
    withNode { _, loop in
      var got: [String] = []
      let p = port_async { mailbox in
        for _ in 0..<2 {
          do {
            _ = try await mailbox.get { _ in throw die("no idea") }
          } catch {
            got.append("\(error), \(mailbox.count)")
          }
        }
        got.append(try await mailbox.get("a")[0].string ?? "")
      }
      loop.settle()
      snd(p, "a", "first")
      snd(p, "a", "second")
      loop.settle()
      #expect(got == ["no idea, 2", "no idea, 2", "first"])
    }
  }

  @Test("typed forms convert the values, and a tuple comes of several")
  func typed() {
    withNode { _, loop in
      var got: [String] = []
      let p = port_async { mailbox in
        let n = try await mailbox.get("one", as: Int.self)
        let (name, data) = try await mailbox.get("two", as: String.self, [UInt8].self)
        let (a, b, c) = try await get("three", as: Int.self, Bool.self, PortID.self)
        let none = try await get("four", as: Int.self, timeout: 0)
        got.append("\(n + 1) \(name) \(data) \(a) \(b) \(c == SELF) \(none == nil)")
      }
      snd(p, "one", "41")
      snd(p, "two", "file", Value.bytes([1, 2]))
      snd(p, "three", 1, true, p)
      loop.settle()
      #expect(got == ["42 file [1, 2] 1 true true true"])
    }
  }

  @Test("a value that does not fit is an error that names port, tag, position and types")
  func mismatch() {
    withNode { _, loop in
      var reason: Message?
      let p = port_async { _ = try await get("one", as: Int.self, String.self) }
      mon(p) { reason = $0 }
      snd(p, "one", 1, [2])
      loop.settle()
      #expect(
        reason == [
          "die",
          .string(
            "port \(p), message \"one\": argument 2 should be String, but an array of 1 values was sent"
          ),
        ])
    }
  }

  @Test("a message goes to the task that has waited longest of those that it is for")
  func severalTasks() {
    withNode { _, loop in
      var got: [String] = []
      let p = port_async { mailbox in
        _ = try await mailbox.get("end")
      }
      func waiter(_ name: String, _ wait: @escaping () async throws -> Message) {
        peval_async(p) { got.append("\(name) \(try await wait())") }
        loop.settle()
      }
      waiter("b1") { try await get("b") }
      waiter("ab") { try await get("a", "b") }
      waiter("cond") { try await get_cond { $0[0] == "b" } }
      waiter("a") { try await get("a") }
      waiter("b2") { try await get("b") }
      waiter("any") { try await get() }
      waiter("b3") { try await get("b") }
      #expect((try? Node.current.mailbox(of: p))?.waitingTasks == 8)
      for number in 1...3 { snd(p, "b", number) }
      loop.settle()
      #expect(got == ["b1 [1]", "ab [\"b\",2]", "cond [\"b\",3]"])
      snd(p, "c")
      snd(p, "a", 4)
      for number in 5...7 { snd(p, "b", number) }
      loop.settle()
      #expect(Array(got.dropFirst(3)) == ["any [\"c\"]", "a [4]", "b2 [5]", "b3 [6]"])
      let mailbox = try? Node.current.mailbox(of: p)
      #expect(mailbox?.count == 1 && mailbox?.waitingTasks == 1)
    }
  }

  @Test("a condition may have messages come and tasks go while a message looks for its task")
  func nested() {
    withNode { _, loop in
      var got: [String] = []
      let p = port()
      var asked = 0
      peval_async(p) {
        let message = try await get_cond { message in
          asked += 1
          // Those that wait behind this one get messages of their own, or leave.
          if asked == 1 { for text in ["x", "throw", "y"] { snd(p, text) } }
          return message[0] == "end"
        }
        got.append("first \(message)")
      }
      for number in 1...5 {
        loop.settle()
        peval_async(p) {
          do {
            let message = try await get_cond { message in
              if message[0] == "throw", number == 2 { throw die("no") }
              return message[0] != "end"
            }
            got.append("\(number) \(message)")
          } catch {
            got.append("\(number) threw")
          }
        }
      }
      loop.settle()
      snd(p, "a")
      loop.settle()
      let mailbox = try? Node.current.mailbox(of: p)
      #expect(
        got == ["1 [\"x\"]", "2 threw", "3 [\"throw\"]", "4 [\"y\"]", "5 [\"a\"]"])
      snd(p, "end")
      loop.settle()
      #expect(got.last == "first [\"end\"]")
      #expect(mailbox?.waitingTasks == 0 && mailbox?.count == 0)
    }
  }

  @Test("callbacks with a tag go on beside the mailbox")
  func beside() {
    withNode { _, loop in
      var got: [String] = []
      let p = port_async { got.append("task \(try await get("b"))") }
      rcv(p, "a") { got.append("callback") }
      snd(p, "a")
      snd(p, "b")
      loop.settle()
      #expect(got == ["callback", "task []"])
    }
  }

  @Test(
    "a port with a callback for all messages has no mailbox, and get outside of a port none either")
  func noMailbox() async {
    withNode { node, loop in
      var got: [String] = []
      let p = port { (_: Message) in }
      peval_async(p) {
        do { _ = try await get("a") } catch { got.append("\(error)") }
      }
      psub_async { do { _ = try await get("a") } catch { got.append("\(error)") } }()
      loop.settle()
      #expect(got.count == 2)
      #expect(got.first?.contains("has a callback for all messages") == true)
      #expect(got.last?.contains("get takes from the mailbox of SELF, which is no port") == true)
      #expect(throws: MailboxError.self) { try node.mailbox(of: p) }
      #expect(throws: MailboxError.self) { try node.mailbox(of: PortID("#nobody")) }
    }
  }

  @Test("a port gets a mailbox when it is asked for, and keeps what comes from then on")
  func opened() throws {
    try withNode { node, loop in
      let p = port()
      let mailbox = try node.mailbox(of: p)
      #expect(mailbox.port == p)
      snd(p, "a", 1)
      loop.settle()
      #expect(mailbox.count == 1 && mailbox.bytes > 0)
      var got: Message?
      peval_async(p) { got = try await get("a") }
      loop.settle()
      #expect(got == [1] && mailbox.count == 0 && mailbox.bytes == 0)
    }
  }
}
