public import AnyEvent

/// The id of the node whose message is being handled; our own outside of that.
///
/// Corresponds to Perl's `$AnyEvent::MP::Kernel::SRCNODE`.
public var SRCNODE: String {
  Node.current.sourceNode
}

/// The ids of the nodes that are connected to this one.
///
/// Corresponds to Perl's `up_nodes`.
public func up_nodes() -> [String] {
  Node.current.connectedNodes
}

/// Whether there is a working connection to a node; the own node is always up.
///
/// False for a node that is being looked for or watched, nil when nothing is known of it: so compare with
/// `== true`.
///
/// Corresponds to Perl's `node_is_up`, which answers 1, 0 or undef.
public func node_is_up(_ node: some PortConvertible) -> Bool? {
  Node.current.isUp(node.portID.node)
}

/// Calls `callback` whenever a connection to another node is ready or lost; the reason tells why.
///
/// Not for those that are up already, see `up_nodes`.
///
/// Corresponds to Perl's `mon_nodes`.
public func mon_nodes(
  _ callback: @escaping (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void
) {
  Node.current.watchNodes(callback)
}

/// Calls `callback` whenever a connection to another node is ready or lost, while the guard lives.
@_disfavoredOverload
public func mon_nodes(
  _ callback: @escaping (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void
) -> Guard {
  Node.current.watchNodes(callback).guardian
}

/// Calls `callback` whenever a connection to another node is ready or lost.
public func mon_nodes(_ callback: @escaping (_ node: String, _ isUp: Bool) throws -> Void) {
  Node.current.watchNodes { node, isUp, _ in try callback(node, isUp) }
}

/// Calls `callback` whenever a connection to another node is ready or lost, while the guard lives.
@_disfavoredOverload
public func mon_nodes(
  _ callback: @escaping (_ node: String, _ isUp: Bool) throws -> Void
) -> Guard {
  Node.current.watchNodes { node, isUp, _ in try callback(node, isUp) }.guardian
}
