import AnyEventMPDistributed
import AnyEventMPTesting
import TestSupport
import Testing

@Suite("The life of distributed actors")
struct ActorLifeTests {
  @Test("an actor's port lives as long as the actor")
  func ports() throws {
    try withTwoHosts { two in
      let node = try #require(two.second.node)
      var greeter: Greeter? = Greeter(actorSystem: two.there)
      let id = try #require(greeter?.id)
      #expect(node.isAlive(id) && two.there.counts.actors == 1)
      let end = two.task { try await two.here.termination(of: PortID(id.id)) }
      try await two.sleep(1)
      greeter = nil
      #expect(try await end.value.isEmpty)
      #expect(!node.isAlive(id) && two.there.counts.actors == 0)
      withExtendedLifetime(greeter) {}
    }
  }

  @Test("who asks for the end of an actor is told, or cancelled, or told that the system is closed")
  func termination() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      let told = two.task {
        try await suspended(on: two.network.loop) { (wait: Suspension<Message>) in
          proxy.whenTerminated { reason in wait.resume(returning: reason) }
        }
      }
      let cancelled = two.task { try await proxy.termination() }
      let closed = two.task { try await greeter.termination() }
      let other = two.task { try await proxy.termination() }
      try await two.sleep(1)
      cancelled.cancel()
      await #expect(throws: CancellationError.self) { try await cancelled.value }
      let node = try #require(two.second.node)
      // The system's own, one from the other node for all there, and one from here.
      #expect(node.run { greeter.id.monitorCount } == 3)
      two.there.close()
      await #expect(throws: DistributedCallError.systemClosed) { try await closed.value }
      #expect(try await other.value.isEmpty)
      #expect(try await told.value.isEmpty)
      await #expect(throws: DistributedCallError.systemClosed) { try await greeter.termination() }
    }
  }

  @Test(
    "actors are made, called and dropped on any thread",
    arguments: [NodeActorSystem.Placement.loop, .anywhere])
  func threads(placement: NodeActorSystem.Placement) async throws {
    try await withResidence { residence in
      let system = await residence.run { loop in
        NodeActorSystem(on: Node(on: loop), placement: placement)
      }
      // The port is that of an actor of the same node, but not looked up as one: the call is a message.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<8 {
          group.addTask {
            for round in 0..<100 {
              let greeter = Greeter(actorSystem: system)
              let proxy = try StrangerGreeter.resolve(id: greeter.id, using: system)
              #expect(
                try await proxy.greet(name: "\(number) \(round)") == "Hello, \(number) \(round)!")
              #expect(try await greeter.total == 1)
            }
          }
        }
        try await group.waitForAll()
      }
      let left = await residence.run { _ in system.counts }
      #expect(left.actors == 0 && left.waits == 0)
      await residence.run { _ in system.close() }
    }
  }

  @Test("a node can be configured before its first actor is made on another thread")
  func configuredLate() async throws {
    try await withResidence { residence in
      let system = try await residence.run { loop in
        let node = Node(on: loop)
        let system = NodeActorSystem(on: node)
        try node.configure(
          ConfigurationArguments(
            "test", nodeid: "late", binds: ["127.0.0.1:*"], secret: "the tests' secret", norc: true)
        )
        return system
      }
      let greeter = Greeter(actorSystem: system)
      #expect(greeter.id.node == "late")
      let proxy = try StrangerGreeter.resolve(id: greeter.id, using: system)
      #expect(try await proxy.greet(name: "Joe") == "Hello, Joe!")
      await residence.run { _ in system.close() }
    }
  }

  @Test("an actor can share the loop's thread")
  func onLoop() async throws {
    try await withResidence { residence in
      let system = await residence.run { loop in
        NodeActorSystem(on: Node(on: loop), placement: .anywhere)
      }
      let neighbour = Neighbour(actorSystem: system)
      let isOnLoop = try await neighbour.isOnLoop()
      #expect(isOnLoop)
      await residence.run { _ in system.close() }
    }
  }

  @Test("calls from another thread end when the loop is closed")
  func closedLoop() async throws {
    try await withResidence { residence in
      let system = await residence.run { loop in NodeActorSystem(on: Node(on: loop)) }
      let greeter = Greeter(actorSystem: system)
      let proxy = try StrangerGreeter.resolve(id: greeter.id, using: system)
      let call = Task { await callError { _ = try await proxy.wait() } }
      while try await greeter.waiters == 0 { await Task.yield() }
      await residence.run { $0.close() }
      #expect(await call.value == .systemClosed)
      #expect(await callError { try await proxy.note() } == .systemClosed)
      try await greeter.release()
    }
  }
}

/// A type that no actor of a test is of, so that ids of greeters get proxies.
distributed actor StrangerGreeter {
  typealias ActorSystem = NodeActorSystem
  distributed func greet(name: String) -> String { "" }
  distributed func wait() async -> Int { 0 }
  distributed func note() {}
}
