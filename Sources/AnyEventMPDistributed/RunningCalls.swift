internal import AnyEventMP

/// The calls of other nodes that run here, by the nodes; the loop's thread only.
///
/// No node can take the share of another one. The calls of a node that is lost are cancelled: nobody waits for them.
final class RunningCalls {
  private var callers: TextDictionary<Caller> = [:]
  /// The one whose call was the latest.
  private var latest: Caller?
  private var watch: Subscription?

  /// A node that calls.
  func caller(_ name: String, on node: Node) -> Caller {
    if let latest, Text(latest.name) == Text(name) { return latest }
    if watch == nil {
      watch = node.watchNodes { [weak self] name, isUp, _ in
        if !isUp { self?.lose(name) }
      }
    }
    let caller = callers[name] ?? Caller(name)
    callers[name] = caller
    latest = caller
    return caller
  }

  /// Watches for no node any more.
  func stop() {
    watch?.cancel()
    watch = nil
  }

  private func lose(_ name: String) {
    latest = nil
    callers.removeValue(forKey: name)?.cancelAll()
  }
}

/// A node that calls, until it is lost; the loop's thread only.
final class Caller: @unchecked Sendable {
  // Sendable: other threads only hand it back to the loop's.
  let name: String
  private var tasks: [UInt64: Task<Void, Never>] = [:]
  private var lastNumber: UInt64 = 0

  fileprivate init(_ name: String) { self.name = name }

  /// How many of its calls run.
  var count: Int { tasks.count }

  /// Starts a call.
  func start(_ task: (_ number: UInt64) -> Task<Void, Never>) {
    lastNumber += 1
    tasks[lastNumber] = task(lastNumber)
  }

  /// Forgets a call that has ended.
  func end(_ number: UInt64) { tasks[number] = nil }

  fileprivate func cancelAll() {
    let running = tasks.sorted { $0.key < $1.key }
    tasks = [:]
    for (_, task) in running { task.cancel() }
  }
}
