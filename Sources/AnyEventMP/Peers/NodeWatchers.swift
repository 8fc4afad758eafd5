/// The callbacks of `mon_nodes`.
struct NodeWatchers {
  /// Called with the node id, whether it has come up, and why it has gone.
  typealias Callback = (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void

  private var watchers: [(serial: UInt64, port: LocalPort?, callback: Callback)] = []
  private var last: UInt64 = 0

  /// Adds a callback that runs as part of a port; the result is for ``remove(_:)``.
  mutating func add(_ port: LocalPort?, _ callback: @escaping Callback) -> UInt64 {
    last += 1
    watchers.append((last, port, callback))
    return last
  }

  /// Takes a callback out; the caller releases it.
  mutating func remove(_ serial: UInt64) -> Callback? {
    guard let index = watchers.firstIndex(where: { $0.serial == serial }) else { return nil }
    return watchers.remove(at: index).callback
  }

  /// All there are now, oldest first.
  var serials: [UInt64] { watchers.map(\.serial) }

  /// One of them, unless it is gone.
  func watcher(_ serial: UInt64) -> (port: LocalPort?, callback: Callback)? {
    watchers.first { $0.serial == serial }.map { ($0.port, $0.callback) }
  }
}
