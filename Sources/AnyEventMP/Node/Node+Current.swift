internal import AEValue
import AnyEvent

/// The process's node: that of the main thread when no other is bound.
private nonisolated(unsafe) var defaultNode: Node?

extension Node {
  /// The node that the Perl-named functions use on this thread.
  ///
  /// It is the one whose callback is running or that ``run(_:)`` binds; only the main thread falls
  /// back to the process's node, which lives on ``Loop/default``.
  public static var current: Node { currentKernel._withUnsafeGuaranteedRef { node(of: $0) } }

  /// The node that is bound to this thread, if one is; nothing is made.
  package static var bound: Node? { Kernel.bound?._withUnsafeGuaranteedRef { node(of: $0) } }

  /// The node that has made the kernel.
  @inline(__always)
  static func node(of kernel: Kernel) -> Node {
    unsafeDowncast(kernel.owner, to: Node.self)
  }

  /// Whether this node is bound to this thread.
  package var isBound: Bool { kernel.isBound }

  /// Binds the node as ``run(_:)`` does, but until ``rebind(_:)`` gets the result, without a closure.
  package func bind() -> UnsafeMutableRawPointer? { kernel.bind() }

  /// Binds what was bound before.
  package static func rebind(_ before: UnsafeMutableRawPointer?) { Kernel.rebind(before) }

  /// The kernel of that node, without counting a reference: who binds a node to a thread keeps it.
  @inline(__always)
  static var currentKernel: Unmanaged<Kernel> { Kernel.bound ?? bindDefault() }

  private static func bindDefault() -> Unmanaged<Kernel> {
    guard Loop.isMainThread else {
      misuse(
        "no node is bound to this thread: call the function inside node.run { } or node.post { }")
    }
    let node = defaultNode ?? Node(on: Loop.default)
    defaultNode = node
    _ = node.kernel.bind()
    return .passUnretained(node.kernel)
  }

  /// Runs `body` with this node as the current one of the thread.
  ///
  /// The loop's thread only.
  @discardableResult
  public func run<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    try kernel.run(body)
  }
}
