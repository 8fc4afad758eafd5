import AnyEventMPDistributed

/// A fork between two seats, which one philosopher at a time may have.
distributed actor Fork {
  typealias ActorSystem = NodeActorSystem

  private var owner: Philosopher?
  private var queue: [CheckedContinuation<Void, Never>] = []

  /// Waits until it is free, and gives it to the philosopher.
  distributed func take(by philosopher: Philosopher) async {
    while owner != nil { await withCheckedContinuation { queue.append($0) } }
    owner = philosopher
    // One that dies with a fork in the hand leaves it to the others.
    philosopher.whenTerminated { [weak self] _ in Task { try await self?.putBack(by: philosopher) }
    }
  }

  /// Makes it free again.
  distributed func putBack(by philosopher: Philosopher) {
    guard owner == philosopher else { return }
    owner = nil
    if !queue.isEmpty { queue.removeFirst().resume() }
  }
}
