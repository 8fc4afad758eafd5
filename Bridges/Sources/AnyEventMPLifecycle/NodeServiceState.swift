import AnyEventMP
import Synchronization

/// What the tasks that run a service and wait for it share with the node's thread.
final class NodeServiceState: Sendable {
  /// How the node ends.
  enum Ending: Sendable {
    /// All that was sent arrives first.
    case leave
    /// At once.
    case close
  }

  private struct Contents {
    var hasBegun = false
    var leaveTime = 0.0
    var ending: Ending?
    var node: NodeHandle?
    /// Called when the node has left; ends with ``NodeServiceState/finish(_:)``, now or later.
    var onLeft: @Sendable () -> Void = {}
    var result: Result<Void, any Error>?
    var waitingForEnd: CheckedContinuation<Result<Void, any Error>, Never>?
    /// Those who wait for the node, by a number.
    var waiting: [UInt64: CheckedContinuation<NodeHandle, any Error>] = [:]
    var lastNumber: UInt64 = 0
  }

  private let contents = Mutex(Contents())

  /// Notes that the service runs; false when it has run before.
  func begin(leaveTime: Double) -> Bool {
    contents.withLock { contents in
      defer { contents.hasBegun = true }
      contents.leaveTime = leaveTime
      return !contents.hasBegun
    }
  }

  /// Calls `start` and waits for ``finish(_:)``.
  func end(_ start: () -> Void) async -> Result<Void, any Error> {
    await withCheckedContinuation { continuation in
      contents.withLock { $0.waitingForEnd = continuation }
      start()
    }
  }

  /// The service has ended; further calls change nothing.
  func finish(_ result: Result<Void, any Error>) {
    let taken: Contents? = contents.withLock { contents in
      guard contents.result == nil else { return nil }
      let taken = contents
      contents.result = result
      contents.waitingForEnd = nil
      contents.waiting = [:]
      contents.onLeft = {}
      return taken
    }
    guard let taken else { return }
    for task in taken.waiting.values { task.resume(with: Self.outcome(of: result)) }
    taken.waitingForEnd?.resume(returning: result)
  }

  private static func outcome(of result: Result<Void, any Error>) -> Result<NodeHandle, any Error> {
    result.flatMap { .failure(NodeServiceError.endedEarly) }
  }
}

// MARK: - Ready

extension NodeServiceState {
  /// The node is there; `onLeft` is called when it has left, and has the service finish.
  func isReady(_ node: NodeHandle, _ onLeft: @escaping @Sendable () -> Void) {
    let (waiting, ending) = contents.withLock { contents in
      contents.node = node
      contents.onLeft = onLeft
      defer { contents.waiting = [:] }
      return (contents.waiting, contents.ending)
    }
    for task in waiting.values { task.resume(returning: node) }
    if let ending { end(node, ending) }
  }

  /// The node, when it is ready.
  var handle: NodeHandle {
    get async throws {
      let number = contents.withLock { contents in
        contents.lastNumber += 1
        return contents.lastNumber
      }
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { wait($0, number) }
      } onCancel: {
        contents.withLock { $0.waiting.removeValue(forKey: number) }?
          .resume(throwing: CancellationError())
      }
    }
  }

  private func wait(_ task: CheckedContinuation<NodeHandle, any Error>, _ number: UInt64) {
    let outcome: Result<NodeHandle, any Error>? = contents.withLock { contents in
      if let node = contents.node { return .success(node) }
      if let result = contents.result { return Self.outcome(of: result) }
      // A task that is cancelled from now on is found in the table.
      if Task.isCancelled { return .failure(CancellationError()) }
      contents.waiting[number] = task
      return nil
    }
    if let outcome { task.resume(with: outcome) }
  }
}

// MARK: - Ending

extension NodeServiceState {
  /// Ends the node, or has it end as soon as it is there.
  func shutDown(_ ending: Ending) {
    let node = contents.withLock { contents in
      contents.ending = ending
      return contents.node
    }
    if let node { end(node, ending) }
  }

  private func end(_ node: NodeHandle, _ ending: Ending) {
    let (seconds, onLeft) = contents.withLock { ($0.leaveTime, $0.onLeft) }
    let departure = Departure(onLeft)
    node.post { node in
      switch ending {
      case .leave: node.leave(within: seconds) { departure.ends() }
      case .close:
        node.close()
        departure.ends()
      }
    }
  }
}

/// The end of a node, which is told once: when it has left, or when the node or its loop is gone and drops the job.
private final class Departure: Sendable {
  private let callback: Mutex<(@Sendable () -> Void)?>

  init(_ callback: @escaping @Sendable () -> Void) { self.callback = Mutex(callback) }

  func ends() {
    let callback = callback.withLock { callback in
      defer { callback = nil }
      return callback
    }
    callback?()
  }

  deinit { ends() }
}
