import AnyEventMP
import AnyEventMPDistributed

/// What is called.
distributed actor Adder {
  typealias ActorSystem = NodeActorSystem

  distributed func add(_ number: Int) -> Int { number + 1 }
}

/// Calls of distributed actors: of the node in the other thread, and of this one.
enum ActorRows {
  static let rows = [
    Row(
      name: "call of a remote actor", aim: "at most 1.3 times the time of the remote round trip",
      rate: remote),
    Row(name: "call of a local actor", aim: "at most 2,000 ns", rate: local),
  ]

  private static var system: NodeActorSystem?
  private static var there: Adder?

  /// An actor of the node that others find.
  nonisolated static func adder(on node: Node) -> Adder {
    let system = NodeActorSystem(on: node)
    let adder = Adder(actorSystem: system)
    system.checkIn(adder, as: "adder")
    return adder
  }

  /// The system of this thread's node, which is part of the network.
  private static func ownSystem() async throws -> NodeActorSystem {
    if let system { return system }
    _ = try await RemoteRows.otherPort()
    let made = NodeActorSystem(on: Node.current)
    system = made
    return made
  }

  private static func remote() async throws -> Double {
    let system = try await ownSystem()
    let found =
      if let there { there } else { try await system.find(Adder.self, named: "adder") }
    there = found
    return try await rate(of: found, count: 20_000)
  }

  private static func local() async throws -> Double {
    try await rate(of: Adder(actorSystem: try await ownSystem()), count: 200_000)
  }

  /// In a task of the system's executor: from the main actor, an actor of this node is two changes of threads away.
  private static func rate(of adder: Adder, count: Int) async throws -> Double {
    try await Task(executorPreference: adder.actorSystem.executor) {
      let begun = seconds()
      for number in 0..<count { _ = try await adder.add(number) }
      return Double(count) / (seconds() - begun)
    }.value
  }
}
