public import AnyEvent

/// What ends a monitor of a port, a watch of nodes, or what the database was asked to do: registering a
/// port, telling changes of a family.
///
/// Forgetting it ends nothing. The loop's thread only; after the node's end there is nothing to end.
public struct Subscription {
  private enum Subject {
    case port(Reference<Kernel>, MonitorToken)
    case other(() -> Void)
  }

  private let subject: Subject

  /// A monitor of a port.
  init(_ kernel: Kernel, _ token: MonitorToken) {
    subject = .port(kernel.reference, token)
  }

  /// Something else, which `end` ends; it may be called again, and after the node's end.
  init(_ end: @escaping () -> Void) {
    subject = .other(end)
  }

  /// Ends it: its callback is not called any more, and the entry of a registered port goes.
  ///
  /// Nothing happens when it has ended already.
  public func cancel() {
    switch subject {
    case .port(let kernel, let token): kernel.object?.remove(token)
    case .other(let end): end()
    }
  }

  /// A guard that ends it when the last reference to the guard goes.
  public var guardian: Guard { Guard { [self] in cancel() } }
}
