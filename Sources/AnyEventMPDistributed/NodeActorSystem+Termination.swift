public import AnyEventMP
public import Distributed

// Monitors on actors.

extension NodeActorSystem {
  /// Calls `callback` once, on the loop's thread, when an actor ends, or calls to it may have been lost.
  ///
  /// Any thread may call it. The reason is that of `mon`: an empty one is a normal end. What the callback holds lives
  /// until then, so it had better not be the actor.
  /// - Returns: The way to take it back.
  @discardableResult
  public func whenTerminated(
    _ actor: PortID, _ callback: @escaping @Sendable (_ reason: Message) -> Void
  ) -> TerminationWatch {
    let watch = TerminationWatch(on: self)
    onLoop { system in
      system.enter { node in
        system.makePorts(on: node)
        watch.begin(node.monitor(actor, callback))
      }
    }
    return watch
  }

  /// Waits until an actor ends, or calls to it may have been lost, and returns the reason.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public func termination(of actor: PortID) async throws -> Message {
    do {
      return try await suspendedAnywhere(on: loop) { [self] wait in
        enter { node in
          guard !isClosed else { return wait.resume(throwing: DistributedCallError.systemClosed) }
          makePorts(on: node)
          var number: UInt64?
          let monitor = node.monitor(actor) { [self] reason in
            if let number { removeDependent(number) }
            wait.resume(returning: reason)
          }
          number = addDependent {
            monitor.cancel()
            wait.resume(throwing: DistributedCallError.systemClosed)
          }
          wait.onCancel = { [self] in
            monitor.cancel()
            if let number { removeDependent(number) }
          }
        }
      }
    } catch is CondVarError {
      throw DistributedCallError.systemClosed
    }
  }
}

/// The way to take back what ``NodeActorSystem/whenTerminated(_:_:)`` has asked for.
///
/// Dropping it takes nothing back.
public final class TerminationWatch: @unchecked Sendable {
  // Sendable: the subscription is used on the loop's thread only.
  private weak let system: NodeActorSystem?
  private var monitor: Subscription?

  fileprivate init(on system: NodeActorSystem) { self.system = system }

  fileprivate func begin(_ monitor: Subscription) { self.monitor = monitor }

  /// Takes it back: the callback is not called any more, once the loop has heard of this.
  ///
  /// Any thread may call it, more than once; on the loop's thread it is so at once.
  public func cancel() {
    system?.onLoop { [self] system in
      let monitor = monitor
      self.monitor = nil
      system.enter { _ in monitor?.cancel() }
    }
  }
}

extension DistributedActor where ActorSystem == NodeActorSystem {
  /// Calls `callback` once, on the loop's thread, when the actor ends, or calls to it may have been lost.
  ///
  /// See ``NodeActorSystem/whenTerminated(_:_:)``.
  @discardableResult
  public nonisolated func whenTerminated(
    _ callback: @escaping @Sendable (_ reason: Message) -> Void
  ) -> TerminationWatch {
    actorSystem.whenTerminated(id, callback)
  }

  /// Waits until the actor ends, or calls to it may have been lost, and returns the reason.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public nonisolated func termination() async throws -> Message {
    try await actorSystem.termination(of: id)
  }
}
