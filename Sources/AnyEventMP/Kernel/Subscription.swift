public import AnyEvent

/// The way to end a monitor of a port, a watch of nodes, a registration in the database, or a monitor of a
/// database family.
///
/// Dropping it ends nothing. The loop's thread only; after the node's end `cancel()` does nothing.
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

  /// A subscription that `end` ends; `end` may be called again, and after the node's end.
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

/// A port to run closures as part of, remembered for later.
struct PortContext {
  private let kernel: Reference<Kernel>
  private let port: LocalPort?

  /// The port that is running now; none outside of one.
  init(of kernel: Kernel) {
    self.kernel = kernel.reference
    port = kernel.running?.takeUnretainedValue()
  }

  /// A port of the node, unless it is gone, which is logged.
  init?(of kernel: Kernel, _ port: PortID) {
    if case .local(let port) = kernel.resolve(port.ref) {
      self.port = port
    } else {
      guard let port = kernel.localPort(port, for: "peval") else { return nil }
      self.port = port
    }
    self.kernel = kernel.reference
  }

  /// Whether it is no port, or one that has not been killed.
  var isAlive: Bool { port == nil || port?.state == .alive }

  /// Runs `body` as part of the port; nothing when the node is gone.
  func run(_ body: () throws -> Void) {
    kernel.object?.peval(port, body)
  }

  /// Runs `body` as part of the port; nil when it throws or the node is gone.
  func value<R>(_ body: () throws -> R) -> R? {
    var value: R?
    run { value = try body() }
    return value
  }
}
