public import AnyEvent

/// Why a call that was awaited got no reply.
public enum CallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No reply came within the given time (s).
  case timedOut(port: String, seconds: Double)
  /// The asked port was killed, or the connection to its node was lost: the reason is that of a monitor.
  case lost(port: String, reason: Message)
  /// The reply port was killed before the reply came.
  case dropped(port: String)
  /// The message cannot be sent, because it cannot be encoded or is too large: the reason is a sentence.
  case unsendable(port: String, reason: String)

  /// A sentence without a full stop.
  public var description: String {
    switch self {
    case .timedOut(let port, let seconds): "no reply of \(Log.cut(port)) within \(seconds) seconds"
    case .lost(let port, let reason):
      "\(Log.cut(port)) was lost before it replied: \(Log.cut("\(reason)"))"
    case .dropped(let port): "no reply of \(Log.cut(port)): the port that waited for it was killed"
    case .unsendable(_, let reason): reason
    }
  }
}

extension Node {
  /// Sends a message with a port for the reply at its end, and returns the reply.
  ///
  /// The reply port is made for this call and ends with it. Without a time-out the asked port is monitored; with one, only
  /// its node is, so that a call costs no more packets than question and reply. Cancelling the task ends the call: a
  /// reply that comes later is dropped. Corresponds to Perl's `cal` with `Coro::rouse_cb`.
  ///
  /// - Parameters:
  ///   - port: the port that is asked.
  ///   - message: the message, to which the reply port is added.
  ///   - timeout: the time (s) to wait for the reply; nil: until the port dies.
  /// - Returns: The reply.
  /// - Throws: ``CallError``; ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled;
  ///   `CondVarError` when the loop is closed.
  public func call(
    _ port: PortID, _ message: (any MessageConvertible)?..., timeout: Double? = nil
  ) async throws -> Message {
    try await call(port, message: Message(Value.list(message)), timeout: timeout)
  }

  /// Sends a message that was put together before, and returns the reply: see ``call(_:_:timeout:)``.
  ///
  /// - Throws: The errors of ``call(_:_:timeout:)``.
  public func call(
    _ port: PortID, message: Message, timeout: Double? = nil
  ) async throws -> Message {
    try await suspended {
      beginCall(port, message.values, timeout: timeout, isWatched: timeout == nil, $0)
    }
  }

  /// Begins a call that ends the wait, with the reply or with a ``CallError``; `isWatched` says whether the port is
  /// monitored, or only its node.
  package func beginCall(
    _ port: PortID, _ message: [Value], timeout: Double?, isWatched: Bool,
    _ wait: Suspension<Message>
  ) {
    let replyPort = kernel.port()
    guard let local = kernel.localPort(replyPort, for: "cal") else {
      return wait.resume(throwing: CallError.dropped(port: port.id))
    }
    let limit = timeout.map { seconds in
      loop.timer(after: seconds) {
        wait.resume(throwing: CallError.timedOut(port: port.id, seconds: seconds))
      }
    }
    let lost = { (reason: Message) in
      wait.resume(throwing: CallError.lost(port: port.id, reason: reason))
    }
    let watch =
      isWatched ? kernel.monitor(port.ref, lost) : kernel.monitorNode(of: port.ref, lost)
    // The wait keeps the guard, however it ends.
    let end = Guard(on: loop) { [unowned kernel] in
      limit?.cancel()
      if let watch { kernel.remove(watch) }
      if local.state == .alive { kernel.kill(local, []) }
      local.fallback = nil
    }
    wait.takeBack = { withExtendedLifetime(end) {} }
    let reply = AwaitedReply(wait, port)
    local.fallback = Handler { reply.came(Message($0, dropping: 0)) }
    let question = message + [.string(replyPort.id)]
    if let refusal = kernel.trySending(question, to: port) {
      wait.resume(throwing: CallError.unsendable(port: port.id, reason: refusal))
    }
  }

  /// The reason with which a port ends, or with which messages to it may have been lost.
  ///
  /// It is that of ``monitor(_:_:)``. Cancelling the task takes the monitor back. Corresponds to Perl's
  /// `mon $port, Coro::rouse_cb`.
  /// - Throws: ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled;
  ///   `CondVarError` when the loop is closed.
  public func monitor(_ port: PortID) async throws -> Message {
    try await suspended { wait in
      let monitor = monitor(port) { wait.resume(returning: $0) }
      wait.takeBack = { monitor.cancel() }
    }
  }
}

/// The receiver of a reply port: when the port dies, for whatever reason, it goes too and the task is told.
private final class AwaitedReply {
  private let wait: Suspension<Message>
  private let port: PortID

  init(_ wait: Suspension<Message>, _ port: PortID) {
    self.wait = wait
    self.port = port
  }

  func came(_ reply: Message) { wait.resume(returning: reply) }

  deinit {
    if !wait.isOver { wait.resume(throwing: CallError.dropped(port: port.id)) }
  }
}
