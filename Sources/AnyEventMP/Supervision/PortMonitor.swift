import AnyEvent

/// A monitor that was started with ``Node/monitor(_:_:)``, to take it back.
///
/// Forgetting it does not end the monitor. The loop's thread only.
public struct PortMonitor {
  private let reference: NodeReference
  private let token: MonitorToken

  init(_ node: Node, _ token: MonitorToken) {
    reference = node.reference
    self.token = token
  }

  /// Ends the monitor: its callback is not called any more.
  ///
  /// Nothing happens when it has fired.
  public func cancel() {
    reference.node?.remove(token)
  }

  /// What ends the monitor when it goes, as Perl's `mon` returns it.
  var guardian: Guard { Guard { [self] in cancel() } }
}
