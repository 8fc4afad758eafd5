/// The target of a ``PortID`` at the moment of its use.
enum Destination {
  /// A port of this node; it may be about to die.
  case local(LocalPort)
  /// A port of another node, or that node.
  case remote(RemotePort)
  /// This node's own port, whose name is empty.
  case ownNode
  /// A port of this node that does not exist, or not any more.
  case gone

  /// The port, if it is one of this node that takes messages.
  var living: LocalPort? {
    if case .local(let port) = self, port.state == .alive { port } else { nil }
  }

  /// The reference that leads here again without a search; none where nothing can be remembered.
  var reference: PortRef? {
    switch self {
    case .local(let port): port
    case .remote(let port): port
    case .ownNode, .gone: nil
    }
  }
}
