/// A port of another node that we monitor.
///
/// The callback that was the first, nearly always the only one, needs no object of its own.
final class MonitoredPort: Named {
  /// The port's name; the empty one stands for the node.
  let name: String
  @exclusivity(unchecked) private var first: MonitorCallback?
  /// Those that came after it.
  @exclusivity(unchecked) private var more: MonitorList?

  init(name: String, _ first: MonitorCallback) {
    self.name = name
    self.first = first
  }

  var isEmpty: Bool { first == nil && more == nil }

  /// Adds a callback whose serial number is above all others.
  func insert(_ callback: MonitorCallback) {
    MonitorList.insert(.callback(callback), callback.serial, into: &more)
  }

  /// Takes a callback out and returns it, to be released by the caller.
  func remove(_ serial: UInt64) -> MonitorCallback? {
    first?.serial == serial ? first.take() : MonitorList.remove(serial, from: &more)
  }

  /// Calls `body` for all, in the order in which they were added, and lets go of them.
  @inline(__always)
  func takeAll(_ body: (MonitorCallback) -> Void) {
    let more = more.take()
    if let first = first.take() { body(first) }
    more?.visit { if case .callback(let callback) = $0 { body(callback) } }
  }
}
