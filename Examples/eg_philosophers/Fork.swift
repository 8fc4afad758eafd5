import AnyEventMPDistributed

/// A fork between two seats, which one philosopher at a time may have.
distributed actor Fork {
  typealias ActorSystem = NodeActorSystem

  /// Who has it: the id alone, so that the fork keeps no philosopher alive.
  private var owner: PortID?
  private var queue: [CheckedContinuation<Void, Never>] = []
  /// The philosophers who have had it, and live.
  private var guests: Set<PortID> = []

  /// Waits until it is free, and gives it to the philosopher.
  distributed func take(by philosopher: Philosopher) async {
    while owner != nil { await withCheckedContinuation { queue.append($0) } }
    let id = philosopher.id
    owner = id
    // One that dies with a fork in the hand leaves it to the others. It is asked for once, however often one eats.
    guard guests.insert(id).inserted else { return }
    philosopher.whenTerminated { [weak self] _ in Task { try await self?.forget(id) } }
  }

  /// Makes it free again.
  distributed func putBack(by philosopher: Philosopher) { release(from: philosopher.id) }

  /// Expects a philosopher no more.
  distributed func forget(_ philosopher: PortID) {
    guests.remove(philosopher)
    release(from: philosopher)
  }

  private func release(from philosopher: PortID) {
    guard owner == philosopher else { return }
    owner = nil
    if !queue.isEmpty { queue.removeFirst().resume() }
  }
}
