/// What happens when a watched port dies or its node is lost.
enum Monitor {
  /// Call back, in the context of the port that asked.
  case callback(LocalPort?, (Message) throws -> Void)
  /// Tell the node that asked with `mon1`.
  case node(NodeEntry)
}

/// Names one monitor, to take it back.
struct MonitorToken {
  let port: PortRef
  let serial: UInt64
}
