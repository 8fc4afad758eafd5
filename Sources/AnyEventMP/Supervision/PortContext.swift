/// A port to run closures as part of, remembered for later.
struct PortContext {
  private let reference: NodeReference
  private let port: LocalPort?

  /// The port that is running now; none outside of one.
  init(of node: Node) {
    reference = node.reference
    port = node.running?.takeUnretainedValue()
  }

  /// A port of the node, unless it is gone, which is logged.
  init?(of node: Node, _ port: PortID) {
    let ref = node.resolve(port.ref)
    if ref.kind == .local {
      self.port = unsafeDowncast(ref, to: LocalPort.self)
    } else {
      guard let port = node.localPort(port, for: "peval") else { return nil }
      self.port = port
    }
    reference = node.reference
  }

  /// Runs `body` as part of the port; nothing when the node is gone.
  func run(_ body: () throws -> Void) {
    reference.node?.peval(port, body)
  }

  /// Runs `body` as part of the port; nil when it throws or the node is gone.
  func value<R>(_ body: () throws -> R) -> R? {
    var value: R?
    run { value = try body() }
    return value
  }
}
