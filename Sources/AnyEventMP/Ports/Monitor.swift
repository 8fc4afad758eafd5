/// What happens when a watched port dies or its node is lost.
enum Monitor {
  /// Call back.
  case callback(MonitorCallback)
  /// Tell the node that asked with `mon1`.
  case node(NodeEntry)
}

/// A callback for the death of a port.
final class MonitorCallback {
  let serial: UInt64
  /// The port that asked, in whose context it is called.
  let watcher: LocalPort?
  let call: (Message) throws -> Void

  init(serial: UInt64, watcher: LocalPort?, call: @escaping (Message) throws -> Void) {
    self.serial = serial
    self.watcher = watcher
    self.call = call
  }
}

/// Names one monitor of ours, to take it back.
struct MonitorToken {
  let port: PortRef
  let serial: UInt64
}

/// A port of another node that we monitor.
final class MonitoredPort: Named {
  /// The port's name; the empty one stands for the node.
  let name: String
  @exclusivity(unchecked) var monitors: MonitorList?

  init(name: String) {
    self.name = name
  }
}
