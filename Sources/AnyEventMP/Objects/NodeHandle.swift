public import AnyEvent

/// A node as other threads may hold it: all that they can do is give it work.
///
/// Get it on the loop's thread and capture it, in Swift 6 language mode too:
///
///     let handle = node.handle
///     Task.detached {
///       let sum = addUp()
///       handle.post { node in node.send("sum", sum, to: collector) }
///     }
public struct NodeHandle: Sendable {
  /// The loop of the node.
  public let loop: Loop
  private let reference: LoopBound

  /// What only jobs on the loop look at.
  private struct LoopBound: @unchecked Sendable {
    let object: Reference<Node>
  }

  init(_ node: Node) {
    loop = node.loop
    reference = LoopBound(object: node.reference)
  }

  /// Runs `job` on the node's loop, soon and in the order of the calls, with the node as the current one.
  ///
  /// Any thread may call it. Nothing happens when the node has gone meanwhile; the result is false when
  /// its loop is closed already.
  @discardableResult
  public func post(_ job: @escaping @Sendable (Node) -> Void) -> Bool {
    loop.post { [reference] in
      guard let node = reference.object.object else { return }
      node.run { job(node) }
    }
  }
}

extension Node {
  /// What other threads may hold of the node.
  ///
  /// The loop's thread only.
  public var handle: NodeHandle {
    loop.preconditionOnLoop()
    return NodeHandle(self)
  }
}
