import AnyEventMPDistributed
import AnyEventMPTesting
import Testing

/// Has methods that wait until they are cancelled.
distributed actor Patient {
  typealias ActorSystem = NodeActorSystem
  private(set) var waiting = 0
  private(set) var cancelled = 0

  distributed func rest() async {
    waiting += 1
    do {
      let loop = actorSystem.loop
      try await suspended(on: loop) { (wait: Suspension<Void>) in
        let timer = loop.timer(after: 1_000_000) { wait.resume(returning: ()) }
        wait.takeBack = { timer.cancel() }
      }
    } catch {
      cancelled += 1
    }
    waiting -= 1
  }

  distributed var counts: [Int] { [waiting, cancelled] }
}

@Suite("Calls of other nodes that run")
struct RunningCallsTests {
  @Test("more calls than may run for a node are refused, and those of another node are not")
  func perNode() throws {
    try withTwoHosts { two in
      let system = NodeActorSystem(on: try #require(two.second.node), maximumCalls: 3)
      let greeter = Greeter(actorSystem: system)
      let proxy = try two.proxy(of: greeter)
      let calls = try await two.fill(proxy, of: greeter, with: 3)
      #expect(
        await callError { try await proxy.note() }
          == .refused("3 calls of your node are running here already"))
      // Another type, so that the call is a message of the actor's own node.
      let neighbour = try StrangerGreeter.resolve(id: PortID(greeter.id.id), using: system)
      try await neighbour.note()
      #expect(try await greeter.total == 1)
      try await greeter.release()
      for call in calls { _ = try await call.value }
      try await proxy.note()
    }
  }

  @Test("calls are cancelled when the system is closed")
  func closedSystem() throws {
    try withTwoHosts { two in
      let patient = Patient(actorSystem: two.there)
      let proxy = try Patient.resolve(id: PortID(patient.id.id), using: two.here)
      let call = two.task { await callError { try await proxy.rest() } }
      try await two.until { try await patient.counts == [1, 0] }
      two.there.close()
      try await two.until { try await patient.counts == [0, 1] }
      #expect(try await call.value != nil)
    }
  }

  @Test("calls of a node that is lost are cancelled, and count until they have ended")
  func lostNode() throws {
    try withTwoHosts { two in
      let system = NodeActorSystem(on: try #require(two.second.node), maximumCalls: 3)
      let patient = Patient(actorSystem: system)
      let proxy = try Patient.resolve(id: PortID(patient.id.id), using: two.here)
      for round in 1...3 {
        let calls = (0..<3).map { _ in two.task { await callError { try await proxy.rest() } } }
        try await two.until { try await patient.counts == [3, 3 * (round - 1)] }
        two.network.cut(two.first, two.second)
        for call in calls {
          guard case .actorDied? = try await call.value else {
            Issue.record("it has not ended by the loss of the node")
            return
          }
        }
        try await two.until { try await patient.counts == [0, 3 * round] }
        two.network.heal()
        try await two.until { await callError { _ = try await proxy.counts } == nil }
      }
    }
  }
}
