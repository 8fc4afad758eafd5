public import AnyEvent

extension Node {
  /// The ids of the nodes that are connected.
  ///
  /// Corresponds to Perl's `up_nodes`.
  public var connectedNodes: [String] {
    loop.preconditionOnLoop()
    return peers.connectedNodes
  }

  /// The id of the node whose message is being handled; that of this node outside of one.
  ///
  /// Corresponds to Perl's `$SRCNODE`.
  public var sourceNode: String { kernel.source?.id ?? id }

  /// Calls `callback` whenever a connection to another node is ready or lost.
  ///
  /// Not for nodes that are up already, see ``connectedNodes``. For one node it is called with true
  /// and false in turn. The callback runs as part of the port that is running now. The loop's thread
  /// only.
  ///
  /// Corresponds to Perl's `mon_nodes`.
  ///
  /// - Returns: What ends it.
  @discardableResult
  public func watchNodes(
    _ callback: @escaping (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void
  ) -> Subscription {
    loop.preconditionOnLoop()
    return peers.watch(callback)
  }

  /// Whether there is a working connection to a node; our own node is always up.
  ///
  /// False for a node that is being looked for or watched, nil when nothing is known of it, or nothing
  /// any more. The loop's thread only.
  ///
  /// Corresponds to Perl's `node_is_up`, which answers 1, 0 or undef.
  public func isUp(_ node: String) -> Bool? {
    loop.preconditionOnLoop()
    if node.isEmpty || node == id { return true }
    return peers.isUp(node)
  }
}

extension Node {
  /// Catches the log messages of all other nodes up to a level, or of none any more.
  ///
  /// Every node that listens, or is connected, is asked for its messages, also those that come later.
  /// Each message is logged here in the context where it was logged there, with its level, as
  /// `[node] text`, or `[node(+0.0123)] text` when the message is older by so many seconds. So what is
  /// shown depends on this process's settings (`AE_VERBOSE`, `AE_LOG`). Nothing is kept for a connection
  /// that is lost, and of a node that sends very much only 1000 messages a second are logged. A node
  /// that is `secure` sends nothing. The loop's thread only.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::LogCatcher::catch`.
  public func catchLogs(upTo level: LogLevel?) {
    loop.preconditionOnLoop()
    logs.catchLogs(upTo: level)
  }
}

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
