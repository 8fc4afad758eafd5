/// What happens when a watched port dies or its node is lost.
enum Monitor {
  /// Call back.
  case callback(MonitorCallback)
  /// Tell the node that asked with `mon1`.
  case node(NodeEntry)
}

/// A callback for the death of a port.
struct MonitorCallback {
  let serial: UInt64
  /// The port that asked, in whose context it is called.
  let watcher: LocalPort?
  let call: (Message) throws -> Void
}

/// Names one monitor of ours, to take it back.
struct MonitorToken {
  /// Where the monitor is kept.
  enum Place {
    case local(LocalPort)
    /// In the table of a node, by the port's name.
    case node(NodeEntry, port: String)
    /// Nowhere: this node's own port never dies.
    case nowhere
  }

  let place: Place
  let serial: UInt64
}
