import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Calls that are awaited") struct AwaitedCallTests {
  @Test("the reply is returned, whole or typed, and nothing is left")
  func reply() throws {
    try withPair { global, slave, loop in
      let service = global.run {
        rcv(port(), "add") { (a: Int, b: Int, reply: PortID) in snd(reply, a + b, "sum") }
      }
      let got = loop.finish {
        let first = try await slave.call(PortID(service.id), "add", 1, 2)
        let second = try await slave.call(PortID(service.id), "add", 3, 4, timeout: 20)
        return [first, second]
      }
      #expect(got.value == [[3, "sum"], [7, "sum"]])
      let own = ObjectIdentifier(slave)
      let local = slave.task {
        let port = rcv(port(), "get") { (reply: PortID) in snd(reply, 5) }
        let number: Int = try await cal(port, "get")
        #expect(ObjectIdentifier(Node.current) == own)
        kil(port)
        return number
      }
      let number = loop.finish { try await local.value }
      #expect(number.value == 5)
      loop.run(until: { slave.status.portCount == 0 })
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }

  @Test("a reply of another type is an error that says so")
  func wrongType() {
    withNode { node, loop in
      let service = rcv(port(), "get") { (reply: PortID) in snd(reply, ["a": 1]) }
      let got = loop.finish {
        try await typed(node, service)
      }
      #expect(got.error != nil)
    }
  }

  private func typed(_ node: Node, _ port: PortID) async throws -> Int {
    try await node.call(port, "get").argument(0)
  }

  @Test(
    "after the time-out an error says which port has not replied, and a late reply goes nowhere")
  func timeout() {
    withNode { node, loop in
      var replyPort: PortID?
      let silent = rcv(port(), "get") { (reply: PortID) in replyPort = reply }
      let got = loop.finish { try await node.call(silent, "get", timeout: 0.001) }
      #expect(got.error as? CallError == .timedOut(port: silent.id, seconds: 0.001))
      #expect("\(got.error as Any)".contains("no reply of"))
      if let replyPort { node.send("late", to: replyPort) }
      loop.settle()
      #expect(node.status.portCount == 1)
    }
  }

  @Test(
    "a port that is killed, or a node that goes down during a call, is an error with the reason")
  func lost() throws {
    try withPair { global, slave, loop in
      let service = global.run { port { _ in } }
      let remote = PortID(service.id)
      let calls = [
        loop.attempt { try await slave.call(remote, "get") },
        loop.attempt { try await slave.call(remote, "get") },
        loop.attempt { try await slave.call(remote, "get", timeout: 1000) },
      ]
      loop.run(until: { slave.status.portCount == 3 })
      loop.settle()
      global.kill(service, "over")
      loop.run(until: { calls[0].result != nil && calls[1].result != nil })
      #expect(calls[0].error as? CallError == .lost(port: remote.id, reason: ["over"]))
      #expect(calls[2].result == nil)
      global.close()
      loop.run(until: { calls[2].result != nil })
      guard case .lost(_, let reason) = calls[2].error as? CallError else {
        Issue.record("\(calls[2].error as Any)")
        return
      }
      #expect(reason[0] == "transport_error" || reason[0] == "leaving")
      loop.run(until: { slave.status.portCount == 0 })
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }

  @Test("a call whose message cannot be sent throws the reason, and leaves nothing")
  func unsendable() throws {
    try withPair { global, slave, loop in
      let remote = PortID(global.port { (_: Message) in }.id)
      let deep = (0..<600).reduce(Value.int(1)) { value, _ in [value] }
      let timeouts: [Double?] = [nil, 1000]
      for timeout in timeouts {
        let got = loop.finish { try await slave.call(remote, "x", deep, timeout: timeout) }
        guard case .unsendable(let port, let reason) = got.error as? CallError else {
          Issue.record("\(got.error as Any)")
          return
        }
        #expect(port == remote.id)
        #expect(reason.contains("cannot send a message"))
        #expect("\(got.error as Any)".contains(reason))
      }
      loop.run(until: { slave.status.portCount == 0 })
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }

  @Test("whoever kills the reply port ends the call")
  func killedReplyPort() {
    withNode { node, loop in
      let hostile = rcv(port(), "get") { (reply: PortID) in kil(reply, "ha") }
      let got = loop.finish { try await node.call(hostile, "get", timeout: 1000) }
      #expect(got.error as? CallError == .dropped(port: hostile.id))
      #expect(node.status.portCount == 1)
    }
  }

  @Test("a monitor returns the reason")
  func monitor() throws {
    try withPair { global, slave, loop in
      let remote = global.port()
      let watching = loop.attempt { try await slave.monitor(PortID(remote.id)) }
      let missing = loop.finish { try await slave.monitor(PortID("\(global.id)#none")) }
      #expect(missing.value?.first == "no_such_port")
      global.kill(remote, "a", 1)
      loop.run(until: { watching.result != nil })
      #expect(watching.value == ["a", 1])
      #expect(slave.monitorCount(on: global.id) == 0)
    }
  }

  /// What a task can wait for, each in a way that does not come.
  private func waits(_ node: Node, _ remote: PortID) -> [(String, () async throws -> Void)] {
    // Takes everything and answers nothing.
    let local = node.port { (_: Message) in }
    return [
      ("call here", { _ = try await node.call(local, "x") }),
      ("call here, limited", { _ = try await node.call(local, "x", timeout: 1000) }),
      ("call there", { _ = try await node.call(remote, "x") }),
      ("call there, limited", { _ = try await node.call(remote, "x", timeout: 1000) }),
      ("monitor here", { _ = try await node.monitor(local) }),
      ("monitor there", { _ = try await node.monitor(remote) }),
      ("changes", { for await _ in node.database["f"].changes {} }),
      ("nodes", { for await _ in node.nodeChanges {} }),
      ("time", { try await node.loop.sleep(1000) }),
    ]
  }

  @Test("cancelling at every point ends the wait, and leaves no port, monitor or subscription")
  func cancellation() throws {
    try withPair { global, slave, loop in
      let remote = PortID(global.port { (_: Message) in }.id)
      for turns in [0, 1, 20] {
        for (name, wait) in waits(slave, remote) {
          let ports = slave.status.portCount
          let attempt = loop.attempt(wait)
          for _ in 0..<turns { loop.runOnce(waiting: false) }
          attempt.cancel()
          loop.run(until: { attempt.result != nil }, "\(name) after \(turns) turns")
          #expect(
            attempt.error is CancellationError || ["changes", "nodes"].contains(name), "\(name)")
          loop.run(until: { slave.status.portCount == ports }, "\(name): ports")
          #expect(slave.monitorCount(on: global.id) == 0, "\(name)")
          #expect(
            slave.database.monitorCount == 0 && slave.peers.watchers.serials.isEmpty, "\(name)")
        }
      }
      #expect(slave.database.queryCount == 0)
    }
  }

  @Test(
    "a node that is closed while tasks wait ends their waits with an error, and so does the loop")
  func closing() throws {
    for closesLoop in [false, true] {
      let loop = Loop()
      let node = try Node.listening(on: loop)
      let remote = PortID("elsewhere#port")
      var attempts: [(String, Attempt<Void>)] = []
      for (name, wait) in waits(node, remote) where closesLoop || name != "time" {
        attempts.append((name, loop.attempt(wait)))
      }
      loop.settle()
      if closesLoop { loop.close() } else { node.close() }
      if !closesLoop { loop.run(until: { attempts.allSatisfy { $0.1.result != nil } }) }
      for (name, attempt) in attempts {
        switch name {
        case "changes", "nodes": #expect(attempt.value != nil, "\(name)")
        default:
          #expect(
            closesLoop
              ? attempt.error as? CondVarError == .closedLoop
              : attempt.error is NodeClosedError || attempt.error is CallError, "\(name)")
        }
      }
      if !closesLoop {
        let after = loop.finish { try await node.call(remote, "x") }
        #expect(after.error is NodeClosedError)
        loop.close()
      } else {
        node.close()
      }
    }
  }
}
