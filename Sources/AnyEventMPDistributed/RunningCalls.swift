internal import AnyEventMP

/// The calls of other nodes that run here, by the nodes; the loop's thread only.
///
/// No node can take the share of another one. The calls of a node that is lost are cancelled: nobody waits for them.
final class RunningCalls {
  private var tasks: TextDictionary<[UInt64: Task<Void, Never>]> = [:]
  private var lastNumber: UInt64 = 0
  private var watch: Subscription?

  /// How many calls of a node run.
  func count(of caller: String) -> Int { tasks[caller]?.count ?? 0 }

  /// Starts a call of a node, and watches for the loss of nodes from the first one on.
  func start(_ caller: String, on node: Node, _ start: (_ number: UInt64) -> Task<Void, Never>) {
    if watch == nil {
      watch = node.watchNodes { [weak self] name, isUp, _ in
        if !isUp { self?.cancelAll(of: name) }
      }
    }
    lastNumber += 1
    tasks[caller, default: [:]][lastNumber] = start(lastNumber)
  }

  /// Forgets a call that has ended.
  func end(_ number: UInt64, of caller: String) {
    tasks[caller]?[number] = nil
    if tasks[caller]?.isEmpty == true { tasks[caller] = nil }
  }

  /// Cancels all calls, and watches for no node any more.
  func stop() {
    watch?.cancel()
    watch = nil
    for caller in tasks.keys.sorted() { cancelAll(of: caller) }
  }

  private func cancelAll(of caller: String) {
    // They count until they have ended: who comes and goes again and again gets no larger share.
    for (_, task) in (tasks[caller] ?? [:]).sorted(by: { $0.key < $1.key }) { task.cancel() }
  }
}
