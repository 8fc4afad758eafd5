/// A reference to a node that becomes nil when the node goes.
///
/// It stands in for `weak`: a weak reference to an object makes every retain and release of it, also
/// those of the hot path, several times as expensive. Used on the loop's thread only.
final class NodeReference {
  private var unmanaged: Unmanaged<Node>?

  init(_ node: Node) {
    unmanaged = .passUnretained(node)
  }

  /// The node, while it lives.
  var node: Node? { unmanaged?.takeUnretainedValue() }

  /// The node is about to go.
  func clear() {
    unmanaged = nil
  }
}
