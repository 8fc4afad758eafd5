import AnyEventMPDistributed

/// A fork between two seats, which one philosopher at a time may have.
distributed actor Fork {
  typealias ActorSystem = NodeActorSystem

  /// Who has it: the id alone, so that the fork keeps no philosopher alive.
  private var owner: PortID?
  private var queue: [CheckedContinuation<Void, Never>] = []
  /// Tells of the owner's end.
  private var watch: ActorMonitor?

  /// Waits until it is free, and gives it to the philosopher.
  distributed func take(by philosopher: Philosopher) async throws {
    while owner != nil { await withCheckedContinuation { queue.append($0) } }
    // Nobody waits any more: the philosopher's node was lost.
    if Task.isCancelled {
      callNext()
      throw CancellationError()
    }
    let id = philosopher.id
    owner = id
    // One that dies with a fork in the hand leaves it to the others.
    watch = philosopher.whenTerminated { [weak self] _ in Task { try await self?.leave(id) } }
  }

  /// Makes it free again.
  distributed func putBack(by philosopher: Philosopher) { release(from: philosopher.id) }

  /// Frees it from a philosopher who has died.
  distributed func leave(_ philosopher: PortID) { release(from: philosopher) }

  private func release(from philosopher: PortID) {
    guard owner == philosopher else { return }
    owner = nil
    watch?.cancel()
    watch = nil
    callNext()
  }

  private func callNext() {
    if !queue.isEmpty { queue.removeFirst().resume() }
  }
}
