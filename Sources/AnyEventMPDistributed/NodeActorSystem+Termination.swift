public import AnyEventMP
public import Distributed

// Monitors on actors.

extension NodeActorSystem {
  /// Calls `callback` once, on the loop's thread, when an actor ends, or calls to it may have been lost.
  ///
  /// Any thread may call it; `node.monitor(actor.id)` is the form that can be taken back. The reason is that of `mon`:
  /// an empty one is a normal end.
  public func whenTerminated(
    _ actor: PortID, _ callback: @escaping @Sendable (_ reason: Message) -> Void
  ) {
    onLoop { system in
      system.enter { node in
        system.makePorts(on: node)
        node.monitor(actor, callback)
      }
    }
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

extension DistributedActor where ActorSystem == NodeActorSystem {
  /// Calls `callback` once, on the loop's thread, when the actor ends, or calls to it may have been lost.
  ///
  /// See ``NodeActorSystem/whenTerminated(_:_:)``.
  public nonisolated func whenTerminated(
    _ callback: @escaping @Sendable (_ reason: Message) -> Void
  ) {
    actorSystem.whenTerminated(id, callback)
  }

  /// Waits until the actor ends, or calls to it may have been lost, and returns the reason.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public nonisolated func termination() async throws -> Message {
    try await actorSystem.termination(of: id)
  }
}
