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

/// A port of this node, or no port, as part of which closures run later.
///
/// ``Node/runningContext`` remembers the port whose callback or task is running, for callbacks of timers and other
/// watchers. Perl's `psub` is made of it. The loop's thread only.
public struct PortContext {
  let kernel: Reference<Kernel>
  let port: LocalPort?

  /// The port whose callback or task is running now; none outside of both.
  init(of kernel: Kernel) {
    self.kernel = kernel.reference
    port = kernel.acting
  }

  /// A port of the node; nil, with a line in the log, when there is none of that name.
  init?(of kernel: Kernel, _ port: PortID) {
    if case .local(let port) = kernel.resolve(port.ref) {
      self.port = port
    } else {
      guard let port = kernel.localPort(port, for: "peval") else { return nil }
      self.port = port
    }
    self.kernel = kernel.reference
  }

  /// Whether callbacks may run: the context has no port, or its port lives.
  public var isAlive: Bool { port == nil || port?.state == .alive }

  /// Runs `body` as part of the port: an error kills the port with reason `die`.
  ///
  /// Without a port an error is logged. Nothing happens when the node is closed.
  public func run(_ body: () throws -> Void) {
    kernel.object?.peval(port, body)
  }

  /// Runs `body` as ``run(_:)`` does, and returns its value; nil when it throws or the node is closed.
  public func value<R>(_ body: () throws -> R) -> R? {
    var value: R?
    run { value = try body() }
    return value
  }
}
