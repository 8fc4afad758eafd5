internal import AnyEventMP

/// The calls of other nodes that run here, by the nodes; the loop's thread only.
///
/// No node can take the share of another one. The calls of a node that is lost are cancelled: nobody waits for them. They
/// count until they have ended, so that a node that comes and goes gets no larger share.
final class RunningCalls {
  /// The node, which the system keeps.
  private unowned let node: Node
  /// The nodes whose calls run.
  private var callers: TextDictionary<Caller> = [:]
  private var watch: Subscription?

  init(on node: Node) { self.node = node }

  /// A node that calls.
  func caller(_ name: String) -> Caller { callers[name] ?? Caller(name) }

  /// Starts a call in a task, which says by its number that it has ended.
  func begin(_ caller: Caller, _ task: (_ number: UInt64) -> Task<Void, Never>) {
    if watch == nil {
      watch = node.watchNodes { [weak self] name, isUp, _ in
        if !isUp { self?.lose(name) }
      }
    }
    if caller.tasks.isEmpty { callers[caller.name] = caller }
    caller.lastNumber += 1
    caller.tasks[caller.lastNumber] = task(caller.lastNumber)
  }

  /// Forgets a call that has ended.
  func end(_ number: UInt64, of caller: Caller) {
    caller.tasks[number] = nil
    if caller.tasks.isEmpty { callers[caller.name] = nil }
  }

  /// Cancels all calls, and watches for no node any more.
  func stop() {
    watch?.cancel()
    watch = nil
    for name in callers.keys.sorted() { lose(name) }
  }

  private func lose(_ name: String) {
    guard let caller = callers[name] else { return }
    caller.losses += 1
    for (_, task) in caller.tasks.sorted(by: { $0.key < $1.key }) { task.cancel() }
  }
}

/// A node that calls; the loop's thread only.
final class Caller: @unchecked Sendable {
  // Sendable: other threads only hand it back to the loop's.
  let name: String
  /// How often the node was lost while calls of it ran: nobody waits for the reply of a call that has begun before.
  fileprivate(set) var losses = 0
  fileprivate var tasks: [UInt64: Task<Void, Never>] = [:]
  fileprivate var lastNumber: UInt64 = 0

  fileprivate init(_ name: String) { self.name = name }

  /// How many of its calls run.
  var count: Int { tasks.count }
}
