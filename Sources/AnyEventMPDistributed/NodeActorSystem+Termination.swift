public import AnyEventMP
public import Distributed

// Monitors on actors.

extension NodeActorSystem {
  /// Calls `callback` once, on the loop's thread, when an actor ends, or calls to it may have been lost.
  ///
  /// Any thread may call it. The reason is that of `mon`: an empty one is a normal end. The callback should capture
  /// the actor's id, and not the actor, which it would keep alive.
  ///
  /// - Returns: The way to take it back; dropping it ends nothing.
  @discardableResult
  public func whenTerminated(
    _ actor: PortID, _ callback: @escaping @Sendable (_ reason: Message) -> Void
  ) -> ActorMonitor {
    let monitor = ActorMonitor(on: loop)
    onLoop { [self] residence in
      makePorts(on: residence.node)
      monitor.begin { residence.node.monitor(actor, callback) }
    }
    return monitor
  }

  /// Waits until an actor ends, or calls to it may have been lost, and returns the reason.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public func termination(of actor: PortID) async throws -> Message {
    try await waiting { residence, wait in
      let monitor = residence.node.monitor(actor) { wait.resume(returning: $0) }
      wait.takeBack = { monitor.cancel() }
    }
  }
}

/// A monitor on an actor, made by ``NodeActorSystem/whenTerminated(_:_:)``.
public final class ActorMonitor: @unchecked Sendable {
  // Sendable: the state is used on the loop's thread only.
  private enum State {
    case asked
    case active(Subscription)
    case over
  }

  private let loop: Loop
  private var state = State.asked

  fileprivate init(on loop: Loop) { self.loop = loop }

  fileprivate func begin(_ monitor: () -> Subscription) {
    if case .asked = state { state = .active(monitor()) }
  }

  /// Takes the monitor back: its callback is not called any more.
  ///
  /// Any thread may call it; on another one than the loop's the callback may come before the loop has heard of it.
  public func cancel() {
    if loop.isOnOwnThread { end() } else { loop.post { self.end() } }
  }

  private func end() {
    let state = state
    self.state = .over
    if case .active(let monitor) = state { monitor.cancel() }
  }
}

extension DistributedActor where ActorSystem == NodeActorSystem {
  /// Calls `callback` once, on the loop's thread, when the actor ends, or calls to it may have been lost.
  ///
  /// See ``NodeActorSystem/whenTerminated(_:_:)``.
  @discardableResult
  public nonisolated func whenTerminated(
    _ callback: @escaping @Sendable (_ reason: Message) -> Void
  ) -> ActorMonitor {
    actorSystem.whenTerminated(id, callback)
  }

  /// Waits until the actor ends, or calls to it may have been lost, and returns the reason.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public nonisolated func termination() async throws -> Message {
    try await actorSystem.termination(of: id)
  }
}
