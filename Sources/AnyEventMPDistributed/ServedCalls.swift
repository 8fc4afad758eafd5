internal import AEValue
internal import AnyEventMP

/// The calls of other nodes that run here; the loop's thread only.
///
/// Each node has a share of its own, so that none can take that of the others. When a node is lost, nobody waits for what
/// its calls return: they are cancelled, and count until they have ended.
final class ServedCalls {
  /// A node that has called.
  private final class Caller {
    var calls: [UInt64: Task<Void, Never>] = [:]
    /// Until the node is lost.
    var monitor: Subscription?
  }

  /// Kept by the system.
  private unowned let node: Node
  private var callers: TextDictionary<Caller> = [:]
  private var lastNumber: UInt64 = 0

  init(of node: Node) { self.node = node }

  /// How many calls of that node run.
  func count(of caller: String) -> Int { callers[caller]?.calls.count ?? 0 }

  /// Starts a call of that node; `start` gets the number by which it is taken out when it has ended.
  func begin(for caller: String, _ start: (_ number: UInt64) -> Task<Void, Never>) {
    let known = callers[caller] ?? Caller()
    callers[caller] = known
    if known.monitor == nil {
      known.monitor = node.monitor(PortID(caller)) { [weak self] _ in self?.lost(caller) }
    }
    lastNumber += 1
    known.calls[lastNumber] = start(lastNumber)
  }

  /// Takes note that a call has ended.
  func end(_ number: UInt64, for caller: String) {
    guard let known = callers[caller] else { return }
    known.calls[number] = nil
    if known.calls.isEmpty, known.monitor == nil { callers[caller] = nil }
  }

  private func lost(_ caller: String) {
    guard let known = callers[caller] else { return }
    known.monitor = nil
    if known.calls.isEmpty { callers[caller] = nil }
    cancel(known)
  }

  /// Cancels all calls, in the order in which they came.
  func cancelAll() {
    let callers = callers.sorted { $0.key < $1.key }
    for (_, caller) in callers {
      caller.monitor?.cancel()
      caller.monitor = nil
      cancel(caller)
    }
  }

  private func cancel(_ caller: Caller) {
    for (_, call) in caller.calls.sorted(by: { $0.key < $1.key }) { call.cancel() }
  }
}
