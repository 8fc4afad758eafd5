import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The end of mailboxes") struct MailboxEndTests {
  /// All ways to wait in a mailbox.
  private static var waits: [(Mailbox) async throws -> Void] {
    [
      { _ = try await $0.get("a") },
      { _ = try await $0.get("a", timeout: 1000) },
      { _ = try await $0.get("a", "b") },
      { _ = try await $0.get("a", "b", timeout: 1000) },
      { _ = try await $0.get() },
      { _ = try await $0.get(timeout: 1000) },
      { _ = try await $0.get { _ in true } },
      { _ = try await $0.get(timeout: 1000) { _ in true } },
      { _ = try await $0.get("a", as: Int.self) },
      { _ = try await $0.get("a", as: Int.self, timeout: 1000) },
      { _ in _ = try await get("a") },
      { _ in _ = try await get_cond { _ in true } },
    ]
  }

  @Test("cancelling a task ends its wait in every form, and takes nothing", arguments: 0..<12)
  func cancelled(form: Int) {
    withNode { _, loop in
      let tracker = LifeTracker()
      var got: [String] = []
      let p = port()
      let mailbox = try? Node.current.mailbox(of: p)
      peval_async(p) { [token = tracker.token()] in
        guard let mailbox else { return }
        do {
          try await Self.waits[form](mailbox)
          got.append("message")
        } catch {
          got.append("\(error is CancellationError) \(Task.isCancelled)")
        }
        // A cancelled task takes nothing any more, not even what is there.
        snd(p, "a", 1)
        do { try await Self.waits[form](mailbox) } catch { got.append("again") }
        token.touch()
      }
      loop.settle()
      #expect(mailbox?.waitingTasks == 1)
      Node.current.tasks(of: p, for: "the test")?.cancel()
      loop.settle()
      #expect(got == ["true true", "again"])
      #expect(mailbox?.waitingTasks == 0 && mailbox?.count == 1)
      #expect(tracker.alive == 0 && Node.current.taskCount(of: p) == 0)
    }
  }

  @Test("kil ends the wait in every form", arguments: 0..<12)
  func killed(form: Int) {
    withNode { _, loop in
      let tracker = LifeTracker()
      var isCancelled = false
      let p = port_async { [token = tracker.token()] mailbox in
        do { try await Self.waits[form](mailbox) } catch {
          isCancelled = error is CancellationError
        }
        token.touch()
      }
      loop.settle()
      kil(p)
      loop.settle()
      #expect(isCancelled && tracker.alive == 0)
    }
  }

  @Test(
    "a task of another port that waits in the mailbox of a killed one gets an error that says so")
  func foreignWaiter() {
    withNode { node, loop in
      var errors: [String] = []
      let p = port_async { _ = try await get("never") }
      let mailbox = try? node.mailbox(of: p)
      peval_async(port()) {
        for _ in 0..<2 {
          do { _ = try await mailbox?.get("a") } catch { errors.append("\(error)") }
        }
      }
      loop.settle()
      kil(p)
      loop.settle()
      #expect(
        errors
          == Array(
            repeating: "port \(p) was killed, and nothing comes into its mailbox any more", count: 2
          ))
    }
  }

  @Test("a callback for all messages ends the wait in every form", arguments: 0..<12)
  func replaced(form: Int) {
    withNode { node, loop in
      var errors: [String] = []
      var got: [Message] = []
      let tracker = LifeTracker()
      let p = port()
      let mailbox = try? node.mailbox(of: p)
      peval_async(p) { [token = tracker.token()] in
        guard let mailbox else { return }
        // The wait that there is when it comes, and one that begins later.
        for _ in 0..<2 {
          do { try await Self.waits[form](mailbox) } catch { errors.append("\(error)") }
        }
        token.touch()
      }
      loop.settle()
      #expect(mailbox?.waitingTasks == 1)
      rcv(p) { message in got.append(message) }
      loop.settle()
      #expect(errors.count == 2 && mailbox?.waitingTasks == 0 && tracker.alive == 0)
      #expect(errors.allSatisfy { $0.contains("port \(p) has a callback for all messages") })
      snd(p, "a", 1)
      #expect(got == [["a", 1]] && mailbox?.count == 0)
    }
  }

  @Test("messages that wait when a callback takes the place of the mailbox can be taken")
  func replacedWithMessages() {
    withNode { node, loop in
      var got: [String] = []
      let p = port()
      let mailbox = try? node.mailbox(of: p)
      for number in 1...3 { snd(p, "a", number) }
      rcv(p) { message in got.append("callback \(message)") }
      snd(p, "b")
      #expect(throws: MailboxError.self) { try node.mailbox(of: p) }
      peval_async(p) {
        do {
          got.append("\(try await get())")
          got.append("\(try await get("a"))")
          got.append("\(try await mailbox?.get("a", timeout: 0) as Any)")
          _ = try await get("a")
        } catch {
          got.append("\(error is MailboxError)")
        }
      }
      loop.settle()
      #expect(
        got == ["callback [\"b\"]", "[\"a\",1]", "[2]", "Optional([3])", "true"])
      #expect(mailbox?.count == 0)
    }
  }

  @Test("a mailbox whose place was taken is filled again when the callback is gone")
  func replacedForATime() {
    withNode { node, loop in
      let p = port()
      let mailbox = try? node.mailbox(of: p)
      snd(p, "a", 1)
      rcv(p) { (_: Message) in }
      snd(p, "a", 2)
      node.setReceiver(of: p, tag: nil, nil)
      #expect((try? node.mailbox(of: p)) === mailbox)
      snd(p, "a", 3)
      #expect(mailbox?.count == 2)
    }
  }

  @Test("a node that goes cancels the tasks of its ports, and nothing is left of them")
  func nodeGoes() {
    let tracker = LifeTracker()
    var ended = 0
    withLoop { loop in
      var node: Node? = Node(on: loop)
      node?.run {
        for form in 0..<10 {
          port_async { [token = tracker.token()] mailbox in
            do { try await Self.waits[form](mailbox) } catch {
              ended += error is CancellationError ? 1 : 0
            }
            token.touch()
          }
        }
      }
      loop.settle()
      node?.close()
      loop.settle()
      #expect(tracker.alive == 10 && ended == 0, "the ports stay when the node is closed")
      node = nil
      loop.settle()
      #expect(tracker.alive == 0 && ended == 10)
    }
  }

  @Test("a loop that closes ends the waits with an error, and nothing is left")
  func loopCloses() {
    let tracker = LifeTracker()
    var errors: [CondVarError] = []
    withLoop { loop in
      let node = Node(on: loop)
      node.run {
        for form in 0..<12 {
          port_async { [token = tracker.token()] mailbox in
            do { try await Self.waits[form](mailbox) } catch let error as CondVarError {
              errors.append(error)
            }
            // One that goes on nevertheless ends at the next wait.
            try await Self.waits[form](mailbox)
            token.touch()
          }
        }
      }
      loop.settle()
      #expect(tracker.alive == 12)
      loop.close()
      #expect(errors == Array(repeating: .closedLoop, count: 12))
      #expect(tracker.alive == 0)
    }
  }

  @Test("a loop may close while a task computes, and a port may be killed by its own task")
  func closesItself() {
    let tracker = LifeTracker()
    withLoop { loop in
      var steps: [String] = []
      let node = Node(on: loop)
      node.run {
        port_async { [token = tracker.token()] in
          kil(SELF, "by itself")
          steps.append("killed")
          do { _ = try await get("a") } catch { steps.append("\(error is CancellationError)") }
          token.touch()
        }
        loop.settle()
        #expect(steps == ["killed", "true"])
        port_async { [token = tracker.token()] in
          loop.close()
          steps.append("closed")
          do { _ = try await get("a") } catch { steps.append("\(error is CancellationError)") }
          token.touch()
        }
      }
      while loop.isOpen { loop.runOnce(waiting: false) }
      #expect(steps == ["killed", "true", "closed", "true"])
      #expect(tracker.alive == 0)
    }
  }

  @Test("what a mailbox holds is told on the loop's thread alone")
  func wrongThread() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      try withNode { node, loop in
        let mailbox = try node.mailbox(of: port())
        // The loop belongs to who has run it.
        loop.settle()
        onThread { _ = mailbox.count }
      }
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("count of a mailbox"))
  }

  @Test("tasks that were not begun when the loop closes are released")
  func neverBegun() {
    let tracker = LifeTracker()
    withLoop { loop in
      let node = Node(on: loop)
      node.run {
        let token = tracker.token()
        port_async { token.touch() }
      }
      loop.close()
    }
    #expect(tracker.alive == 0)
  }

  @Test("conditions and messages that wait are released with the port")
  func released() {
    withNode { node, loop in
      let tracker = LifeTracker()
      let p = port_async { _ = try await get("never") }
      let mailbox = try? node.mailbox(of: p)
      peval_async(p) { [token = tracker.token()] in
        _ = try await get_cond { _ in
          token.touch()
          return false
        }
      }
      snd(p, "a", String(repeating: "x", count: 1000))
      loop.settle()
      #expect(mailbox?.count == 1 && tracker.alive == 1)
      kil(p)
      loop.settle()
      #expect(mailbox?.count == 0 && mailbox?.bytes == 0 && tracker.alive == 0)
      #expect(mailbox?.waitingTasks == 0)
    }
  }
}
