internal import AnyEventMP

/// The actors that were called lately; the loop's thread only.
///
/// Each is monitored from its first call until it has not been called for some seconds. Meanwhile the monitors of its
/// calls cost no messages; a call that lasts longer has a monitor of its own.
final class CalledActors {
  private struct CalledActor {
    /// Counts the actors in the order in which they were first called.
    let number: UInt64
    let monitor: Subscription
    /// Whether the actor was called since the last sweep.
    var isUsed = true
  }

  /// The node, which the system keeps.
  private unowned let node: Node
  private var actors: [PortID: CalledActor] = [:]
  private var lastNumber: UInt64 = 0
  private var sweeper: TimerWatcher?

  /// The seconds between two sweeps: the monitor of an actor ends once or twice as long after its last call.
  private static let patience = 5.0

  init(of node: Node) { self.node = node }

  /// How many actors are monitored.
  var count: Int { actors.count }

  /// Notes that an actor is about to be called.
  func note(_ id: PortID) {
    actors[id]?.isUsed = true
    guard actors[id] == nil else { return }
    lastNumber += 1
    let monitor = node.monitor(id) { [weak self] _ in self?.actors[id] = nil }
    actors[id] = CalledActor(number: lastNumber, monitor: monitor)
    if sweeper == nil { scheduleSweep() }
  }

  /// Ends all monitors.
  func stop() {
    sweeper = nil
    forget { _ in true }
  }

  /// Ends monitors, in the order in which their actors were first called, so that equal runs are equal.
  private func forget(_ isForgotten: (CalledActor) -> Bool) {
    for (id, actor) in actors.sorted(by: { $0.value.number < $1.value.number })
    where isForgotten(actor) {
      actors[id] = nil
      actor.monitor.cancel()
    }
  }

  private func scheduleSweep() {
    sweeper = node.loop.timer(after: Self.patience) { [weak self] in self?.sweep() }
  }

  private func sweep() {
    sweeper = nil
    forget { !$0.isUsed }
    for id in actors.keys { actors[id]?.isUsed = false }
    if !actors.isEmpty { scheduleSweep() }
  }
}
