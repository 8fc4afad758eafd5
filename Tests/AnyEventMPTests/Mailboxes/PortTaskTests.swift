import AnyEventMP
import TestSupport
import Testing

@testable import AnyEvent

@Suite("Ports with tasks") struct PortTaskTests {
  @Test("the port ends with its task: normally, or by what it throws")
  func ends() {
    withNode { _, loop in
      var reasons: [Message] = []
      var began = false
      let p = port_async { began = true }
      #expect(!began, "a task begins when the loop comes to it")
      mon(p) { reasons.append($0) }
      loop.settle()
      #expect(began && reasons == [[]])
      let q = port_async {
        _ = try await get("go")
        throw die("a mistake\n")
      }
      mon(q) { reasons.append($0) }
      loop.settle()
      #expect(reasons.count == 1)
      snd(q, "go")
      loop.settle()
      #expect(reasons == [[], ["die", "a mistake"]])
    }
  }

  @Test("the death of a port with a task and without a monitor is logged as that of others")
  func logged() {
    withNode { _, loop in
      let log = LogCollector.shared
      let text = TestName.next("in a task")
      port_async { throw die(text) }
      loop.settle()
      #expect(log.lines(with: text).count == 1)
      #expect(log.lines(with: text).first?.contains("unmonitored local port") == true)
    }
  }

  @Test("kil cancels the task, wherever it waits, and what it throws then is not logged")
  func killed() {
    withNode { _, loop in
      let log = LogCollector.shared
      var got: [String] = []
      var reason: Message?
      let p = port_async {
        do { _ = try await get("a") } catch { got.append("\(type(of: error)) \(Task.isCancelled)") }
        do { _ = try await get("a") } catch { got.append("\(type(of: error))") }
        throw CancellationError()
      }
      mon(p) { reason = $0 }
      loop.settle()
      snd(p, "b")
      kil(p, "enough")
      snd(p, "a")
      loop.settle()
      #expect(reason == ["enough"])
      #expect(got == ["CancellationError true", "CancellationError"])
      #expect(log.lines(with: p.id).isEmpty)
    }
  }

  @Test("a task that is killed before it has begun does nothing")
  func killedBefore() {
    withNode { _, loop in
      let p = port_async { Issue.record("called") }
      kil(p)
      loop.settle()
      #expect(Node.current.taskCount(of: p) == 0)
    }
  }

  @Test("SELF is the port across suspensions, and what acts for SELF acts for it")
  func selfInTasks() {
    withNode { node, loop in
      var got: [String] = []
      var reasons: [String: Message] = [:]
      func monitored(_ name: String, _ body: @escaping () async throws -> Void) -> PortID {
        let p = port_async(body)
        mon(p) { reasons[name] = $0 }
        return p
      }
      let p = monitored("plain") {
        let own = SELF
        for _ in 0..<3 {
          _ = try await get("a")
          got.append("\(SELF == own)")
        }
        await Task.yield()
        got.append("\(SELF == own) \(Node.current === node)")
        async let inside = SELF
        got.append("\(await inside == own)")
        // A callback has its own SELF, also in the middle of a task.
        snd(rcv(port(), "who") { got.append("\(SELF == own)") }, "who")
        got.append("\(SELF == own)")
      }
      for _ in 0..<3 { snd(p, "a") }
      loop.settle()
      #expect(
        got == ["true", "true", "true", "true true", "true", "false", "true"])
      #expect(SELF.name.isEmpty, "no port outside of tasks")

      let victim = port()
      _ = monitored("mon") {
        // By the method: awaited, mon(victim) would wait for the death.
        node.monitorForRunningPort(victim)
        _ = try await get("never")
      }
      _ = monitored("callback of mon") {
        mon(victim) { _ in throw die("\(SELF.name.isEmpty)") }
        _ = try await get("never")
      }
      _ = monitored("after") {
        after(0) { throw die("later") }
        _ = try await get("never")
      }
      _ = monitored("psub") {
        loop.postpone(psub { throw die("psub") })
        _ = try await get("never")
      }
      loop.settle()
      kil(victim, "gone")
      loop.settle()
      #expect(
        reasons == [
          "plain": [], "mon": ["gone"], "callback of mon": ["die", "false"],
          "after": ["die", "later"], "psub": ["die", "psub"],
        ])
    }
  }

  @Test("a message that cannot be sent kills the port of the task that sends it")
  func refused() throws {
    try withPair { global, slave, loop in
      var reason: Message?
      slave.run {
        let p = port_async {
          snd(PortID("\(global.id)#x"), "deep", (0..<600).reduce(Value.int(1)) { v, _ in [v] })
          _ = try await get("never")
        }
        mon(p) { reason = $0 }
      }
      loop.run(until: { reason != nil })
      #expect(reason?[0] == "die")
      #expect(reason?[1].string?.contains("cannot send a message") == true)
    }
  }

  @Test("syncall waits for the reply of a port whose task takes the calls")
  func calls() {
    withLoop(manualTime: 0) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var got: [String] = []
      node.run {
        let server = port_async {
          while true {
            let (number, reply) = try await get("double", as: Int.self, PortID.self)
            if number > 0 { snd(reply, number * 2) }
          }
        }
        port_async {
          got.append("\(try await syncall(server, "double", 21)[0])")
          do { _ = try await syncall(server, "double", 0, timeout: 1) } catch {
            got.append("\(error is CallError)")
          }
        }
      }
      loop.settle()
      loop.advance(by: 1)
      loop.settle()
      #expect(got == ["42", "true"])
    }
  }

  @Test("a spawned function may go on as a task that takes the port's messages")
  func spawned() throws {
    try withPair { global, slave, loop in
      var reason: Message?
      var got: [Message] = []
      global.run {
        sub("My::server") { (reply: PortID) in
          port_async(SELF) {
            let number = try await get("first", as: Int.self)
            snd(reply, "sum", number + (try await get("second", as: Int.self)))
          }
        }
      }
      slave.run {
        let reply = port { got.append($0) }
        let server = spawn(global.id, "My::server", reply)
        mon(server) { reason = $0 }
        snd(server, "second", 2)
        snd(server, "first", 1)
      }
      loop.run(until: { reason != nil })
      #expect(got == [["sum", 3]] && reason == [])
    }
  }

  @Test("port_async of a port with a callback for all messages kills it with a reason")
  func callbackForAll() {
    withNode { _, loop in
      let log = LogCollector.shared
      var reason: Message?
      let p = port { (_: Message) in }
      mon(p) { reason = $0 }
      port_async(p) { Issue.record("called") }
      loop.settle()
      #expect(reason?[0] == "die")
      #expect(reason?[1].string?.contains("has a callback for all messages") == true)
      // The port is dead: a line in the log.
      port_async(p) { Issue.record("called") }
      loop.settle()
      #expect(log.lines(with: "port_async: there is no port \(p)").count == 1)
    }
  }

  @Test("the port of a task that comes too late to start ends with an error")
  func tooLate() {
    withNode { node, loop in
      loop.cancelTasks()
      let p = port_async { Issue.record("called") }
      let q = port()
      rcv_async(q) { Issue.record("called") }
      snd(q, "a")
      var reason: Message?
      mon(p) { reason = $0 }
      loop.settle()
      #expect(
        reason?[0] == "die" && reason?[1].string?.contains("the event loop was closed") == true)
      #expect(node.taskCount(of: p) == 0 && node.taskCount(of: q) == 0)
    }
  }
}
