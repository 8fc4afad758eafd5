import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Time and limits of mailboxes") struct MailboxTimeTests {
  @Test("get with a time-out gives nil when the time is over, by the clock of the loop")
  func timeouts() {
    withLoop(manualTime: 100) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var got: [String] = []
      let p = node.run {
        port_async { mailbox in
          got.append("\(try await mailbox.get("a", timeout: 0) == nil)")
          got.append("\(try await mailbox.get("a", timeout: .nan) == nil)")
          got.append("\(try await mailbox.get("a", timeout: 2) == nil)")
          got.append("\(try await mailbox.get("a", "b", timeout: 2)?[1] ?? .null)")
          got.append("\(try await get_cond(timeout: 1) { $0[0] == "c" } == nil)")
          got.append("\(try await mailbox.get(timeout: 1)?[0] ?? .null)")
          got.append("\(try await get("d", as: Int.self, timeout: 1) ?? 0)")
          _ = try await mailbox.get("never", timeout: .infinity)
        }
      }
      loop.settle()
      #expect(got == ["true", "true"])
      loop.advance(by: 1.9)
      loop.settle()
      #expect(got.count == 2)
      loop.advance(by: 0.1)
      loop.settle()
      #expect(got.count == 3)
      loop.advance(by: 1)
      node.run { snd(p, "b", 5) }
      loop.settle()
      #expect(got.last == "5")
      node.run { snd(p, "x") }
      loop.advance(by: 1)
      loop.settle()
      #expect(got.suffix(2) == ["true", "x"])
      node.run { snd(p, "d", 3) }
      loop.settle()
      loop.advance(by: 1e9)
      loop.settle()
      #expect(got == ["true", "true", "true", "5", "true", "x", "3"])
      #expect(node.taskCount(of: p) == 1)
    }
  }

  @Test("a time-out and a message in the same turn: whichever comes first")
  func race() {
    withLoop(manualTime: 0) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var got: [String] = []
      node.run {
        let p = port_async { mailbox in
          for _ in 0..<2 { got.append("\(try await mailbox.get("a", timeout: 1) ?? ["none"])") }
          got.append("\(mailbox.count)")
        }
        after(1) { snd(p, "a", 1) }
        loop.settle()
        loop.advance(by: 1)
        loop.settle()
        loop.advance(by: 1)
        loop.settle()
      }
      // The timer of `after` is the older one.
      #expect(got == ["[1]", "[\"none\"]", "0"])
    }
  }

  @Test("more messages than may wait kill the port with a reason that says so")
  func tooMany() {
    withNode { _, loop in
      var reason: Message?
      let p = port_async(limit: MailboxLimit(messages: 10)) { mailbox in
        _ = try await mailbox.get("never")
      }
      loop.settle()
      mon(p) { reason = $0 }
      // The task is one of the ten.
      for number in 1...9 { snd(p, "a", number) }
      loop.settle()
      #expect(reason == nil)
      for number in 10...20 { snd(p, "a", number) }
      loop.settle()
      #expect(
        reason == [
          "too_much_queued",
          .string("more than 10 messages wait in the mailbox of port \(p) or are with its tasks"),
        ])
    }
  }

  @Test("more bytes than may wait kill the port, and tasks that messages start count")
  func tooMuch() {
    withNode { _, loop in
      var reasons: [String] = []
      let p = port_async(limit: MailboxLimit(bytes: 100_000)) { _ = try await get("never") }
      mon(p) { reason in reasons.append(reason[0].string ?? "") }
      for _ in 0..<9 { snd(p, "a", String(repeating: "x", count: 10_000)) }
      loop.settle()
      #expect(reasons.isEmpty)
      for _ in 0..<9 { snd(p, "a", String(repeating: "x", count: 10_000)) }
      loop.settle()
      #expect(reasons == ["too_much_queued"])

      let q = port()
      _ = try? Node.current.mailbox(of: q, limit: MailboxLimit(messages: 5))
      mon(q) { reason in reasons.append(reason[1].string ?? "") }
      rcv_async(q, "work") { _ = try await get("go on") }
      for _ in 0..<5 { snd(q, "work") }
      loop.settle()
      #expect(reasons.count == 1 && Node.current.taskCount(of: q) == 5)
      snd(q, "work")
      loop.settle()
      #expect(reasons.last?.contains("more than 5 messages") == true)
      #expect(Node.current.taskCount(of: q) == 0)
    }
  }
}
