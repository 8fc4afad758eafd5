internal import AnyEventMP

/// The calls of other nodes that run here, by the nodes; the loop's thread only.
///
/// No node can take the share of another one. The calls of a node that is lost are cancelled: nobody waits for them. They
/// count until they have ended, so that a node that comes and goes gets no larger share.
final class RunningCalls {
  private unowned let node: Node
  private var callers: TextDictionary<Caller> = [:]
  private var watch: Subscription?

  init(on node: Node) { self.node = node }

  /// A node that calls.
  func caller(_ name: String) -> Caller {
    if watch == nil {
      watch = node.watchNodes { [weak self] name, isUp, _ in
        if !isUp { self?.lose(name) }
      }
    }
    let caller = callers[name] ?? Caller(name)
    caller.isLost = false
    callers[name] = caller
    return caller
  }

  /// Forgets a call that has ended.
  func end(_ number: UInt64, of caller: Caller) {
    caller.tasks[number] = nil
    if caller.isLost, caller.tasks.isEmpty, callers[caller.name] === caller {
      callers[caller.name] = nil
    }
  }

  /// Cancels all calls, and watches for no node any more.
  func stop() {
    watch?.cancel()
    watch = nil
    for name in callers.keys.sorted() { lose(name) }
  }

  private func lose(_ name: String) {
    guard let caller = callers[name] else { return }
    caller.isLost = true
    if caller.tasks.isEmpty { callers[name] = nil }
    for (_, task) in caller.tasks.sorted(by: { $0.key < $1.key }) { task.cancel() }
  }
}

/// A node that calls; the loop's thread only.
final class Caller: @unchecked Sendable {
  // Sendable: other threads only hand it back to the loop's.
  let name: String
  /// Whether the node was lost after its last call.
  fileprivate(set) var isLost = false
  fileprivate var tasks: [UInt64: Task<Void, Never>] = [:]
  private var lastNumber: UInt64 = 0

  fileprivate init(_ name: String) { self.name = name }

  /// How many of its calls run.
  var count: Int { tasks.count }

  /// Starts a call.
  func start(_ task: (_ number: UInt64) -> Task<Void, Never>) {
    lastNumber += 1
    tasks[lastNumber] = task(lastNumber)
  }
}
