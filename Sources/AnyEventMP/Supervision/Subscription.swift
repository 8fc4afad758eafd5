public import AnyEvent

/// What ends a monitor of a port, a watch of nodes, or what the database was asked to do: registering a
/// port, telling changes of a family.
///
/// Forgetting it ends nothing. The loop's thread only; after the node's end there is nothing to end.
public struct Subscription {
  enum Subject {
    case port(MonitorToken)
    case nodes(UInt64)
    case family(String, UInt64)
    case registration(String, key: String, MonitorToken)
  }

  private let reference: NodeReference
  private let subject: Subject

  init(_ node: Node, _ subject: Subject) {
    reference = node.reference
    self.subject = subject
  }

  /// Ends it: its callback is not called any more, and the entry of a registered port goes.
  ///
  /// Nothing happens when it has ended already.
  public func cancel() {
    guard let node = reference.node else { return }
    switch subject {
    case .port(let token): node.remove(token)
    case .nodes(let serial): node.endNodeWatch(serial)
    case .family(let family, let serial): node.database.endMonitor(of: family, serial)
    case .registration(let family, let key, let token):
      node.remove(token)
      node.database.delete(family, [key])
    }
  }

  /// A guard that ends it when the last reference to the guard goes.
  public var guardian: Guard { Guard { [self] in cancel() } }
}
