import AnyEventMPDistributed

/// Thinks, and eats with two forks.
distributed actor Philosopher {
  typealias ActorSystem = NodeActorSystem

  private let name: String
  private var meals = 0

  init(name: String, actorSystem: NodeActorSystem) {
    self.name = name
    self.actorSystem = actorSystem
  }

  /// Eats so many times.
  ///
  /// All take the fork of the lower number first, so nobody waits in a circle.
  distributed func dine(times: Int, first: Fork, second: Fork) async throws -> Int {
    for _ in 0..<times {
      print("\(name) is thinking")
      try await first.take(by: self)
      try await second.take(by: self)
      meals += 1
      print("\(name) is eating")
      try await second.putBack(by: self)
      try await first.putBack(by: self)
    }
    return meals
  }
}
