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
