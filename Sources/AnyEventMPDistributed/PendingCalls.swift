internal import AnyEventMP

/// The calls of a node that wait for their replies; the loop's thread only.
///
/// An actor is monitored from the first call on, and not any more when it has not been called for some seconds: else
/// each call would need two more messages.
final class PendingCalls {
  /// Kept by the system.
  private unowned let node: Node
  private var actors: [PortID: CalledActor] = [:]
  private var lastNumber: UInt64 = 0
  private var sweeper: TimerWatcher?

  /// The seconds after which an actor that is not called is not monitored any more, once or twice.
  private static let patience = 5.0

  init(of node: Node) { self.node = node }

  var count: Int { actors.values.reduce(0) { $0 + $1.calls.count } }

  /// The number of actors that are monitored.
  var monitors: Int { actors.count }

  /// Sends a call, whose reply ends the wait; as part of no port.
  func begin(
    _ message: [Value], to id: PortID, within timeout: Double?, _ wait: Suspension<Message>
  ) {
    let actor = actors[id] ?? monitor(id)
    lastNumber += 1
    let call = PendingCall(wait, number: lastNumber, to: actor, on: node)
    actor.calls[lastNumber] = call
    actor.isUsed = true
    wait.onCancel = { call.end(.failure(CancellationError())) }
    if let timeout {
      call.timer = node.loop.timer(after: timeout) { [weak call] in
        call?.end(.failure(DistributedCallError.timedOut(timeout)))
      }
    }
    if let refusal = node.trySending(message + [.string(call.port.id)], to: id) {
      call.end(.failure(DistributedCallError.unsendable(refusal)))
    }
  }

  /// Ends all calls and monitors.
  func endAll(_ error: DistributedCallError) {
    let ending = sorted(actors)
    actors = [:]
    sweeper = nil
    let calls = ending.flatMap(\.value.calls.values).sorted { $0.number < $1.number }
    for (_, actor) in ending { actor.monitor?.cancel() }
    for call in calls { call.end(.failure(error)) }
  }

  /// Monitors an actor: what is sent to it from now on arrives, or the monitor fires.
  private func monitor(_ id: PortID) -> CalledActor {
    lastNumber += 1
    let actor = CalledActor(number: lastNumber)
    actors[id] = actor
    actor.monitor = node.monitor(id) { [weak self, weak actor] reason in
      guard let self, let actor else { return }
      actors[id] = nil
      for call in actor.calls.values.sorted(by: { $0.number < $1.number }) {
        call.end(.failure(DistributedCallError.actorDied(reason)))
      }
    }
    if sweeper == nil { scheduleSweep() }
    return actor
  }

  /// In the order in which they were first called, so that equal runs are equal.
  private func sorted(_ actors: [PortID: CalledActor]) -> [(key: PortID, value: CalledActor)] {
    actors.sorted { $0.value.number < $1.value.number }
  }

  private func scheduleSweep() {
    sweeper = node.loop.timer(after: Self.patience) { [weak self] in self?.sweep() }
  }

  private func sweep() {
    sweeper = nil
    for (id, actor) in sorted(actors) where actor.calls.isEmpty {
      if actor.isUsed {
        actor.isUsed = false
      } else {
        actors[id] = nil
        actor.monitor?.cancel()
      }
    }
    if !actors.isEmpty { scheduleSweep() }
  }
}

/// An actor that was called lately.
final class CalledActor {
  let number: UInt64
  var monitor: Subscription?
  var calls: [UInt64: PendingCall] = [:]
  /// Whether it was called since the last look.
  var isUsed = true

  init(number: UInt64) { self.number = number }
}

/// A call that waits for its reply.
final class PendingCall {
  let number: UInt64
  /// Where the reply goes.
  let port: PortID
  var timer: TimerWatcher?
  private let wait: Suspension<Message>
  private unowned let node: Node
  private var actor: CalledActor?
  private var monitor: Subscription?

  init(_ wait: Suspension<Message>, number: UInt64, to actor: CalledActor, on node: Node) {
    self.wait = wait
    self.number = number
    self.actor = actor
    self.node = node
    port = node.port()
    node.setReceiver(of: port, tag: nil) { [weak self] reply in
      self?.end(.success(Message(Array(reply))))
    }
    // Any node may kill it, and its queue may be full.
    monitor = node.monitor(port) { [weak self] reason in
      self?.end(
        .failure(
          DistributedCallError.unreadableReply("the port that waits for it was killed: \(reason)")))
    }
  }

  /// Ends the call, once.
  func end(_ result: Result<Message, any Error>) {
    guard let actor else { return }
    self.actor = nil
    timer = nil
    monitor?.cancel()
    monitor = nil
    node.kill(port)
    wait.resume(with: result)
    // Last: it has the last reference to this object.
    actor.calls[number] = nil
  }
}
