import AnyEventMPTesting
import Testing

@testable import AnyEventMPDistributed

/// Tells of the task in which it is called.
distributed actor Introvert {
  typealias ActorSystem = NodeActorSystem
  distributed func limit() -> Double? { NodeActorSystem.taskTimeout }

  distributed func giveUp() -> Int {
    withUnsafeCurrentTask { $0?.cancel() }
    return 7
  }
}

@Suite("Tasks of calls from other nodes")
struct ServedTaskTests {
  @Test("a call that comes as a message of the same node has nothing of the sender's task")
  func detached() throws {
    try withTwoHosts { two in
      let introvert = Introvert(actorSystem: two.here)
      try await NodeActorSystem.withTimeout(7) {
        #expect(NodeActorSystem.taskTimeout == 7)
        let reply = try await two.reply(introvert.id, ["limit"])
        #expect(reply == ["ok", nil])
      }
    }
  }

  @Test("a method that cancels its own task answers all the same")
  func cancelled() throws {
    try withTwoHosts { two in
      let introvert = Introvert(actorSystem: two.there)
      let proxy = try Introvert.resolve(id: PortID(introvert.id.id), using: two.here)
      #expect(try await proxy.giveUp() == 7)
    }
  }

  @Test("a call in a port's task is no act of the port, which lives when it cannot be sent")
  func portTask() throws {
    try withTwoHosts { two in
      let node = try #require(two.first.node)
      let proxy = try Greeter.resolve(
        id: PortID(String(repeating: "x", count: 100_000) + "#port"), using: two.here)
      let port = node.run {
        port_async { _ in
          guard case .unsendable? = await callError({ try await proxy.note() }) else {
            Issue.record("it was sent")
            return
          }
          try await two.sleep(10)
        }
      }
      try await two.sleep(5)
      #expect(node.isAlive(port))
      try await two.sleep(10)
      #expect(!node.isAlive(port))
    }
  }

  @Test("a call ends when the port of its reply is killed")
  func replyPort() throws {
    try withTwoHosts { two in
      let id = try two.port { message in
        PortID(message[message.count - 1].string ?? "").kill("no")
      }
      let proxy = try Greeter.resolve(id: id, using: two.here)
      guard case .unreadableReply? = await callError({ try await proxy.note() }) else {
        Issue.record("it did not end so")
        return
      }
    }
  }
}
