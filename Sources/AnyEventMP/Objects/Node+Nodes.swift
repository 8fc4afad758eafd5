public import AnyEvent

extension Node {
  /// The ids of the connected nodes.
  ///
  /// Corresponds to Perl's `up_nodes`.
  public var connectedNodes: [String] {
    loop.preconditionOnLoop()
    return peers.connectedNodes
  }

  /// The id of the node whose message is being handled; outside of that the id of this node.
  ///
  /// Corresponds to Perl's `$SRCNODE`.
  public var sourceNode: String { kernel.source?.id ?? id }

  /// Calls `callback` whenever a connection to another node is ready or lost.
  ///
  /// Nodes that are connected already are in ``connectedNodes``. For one node it is called with
  /// true and false in turn. The callback runs as part of the running port. To be called on the
  /// loop's thread.
  ///
  /// Corresponds to Perl's `mon_nodes`.
  ///
  /// - Returns: A subscription whose end ends the calls.
  @discardableResult
  public func watchNodes(
    _ callback: @escaping (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void
  ) -> Subscription {
    loop.preconditionOnLoop()
    return peers.watch(callback)
  }

  /// Whether a node is connected; this node is always up.
  ///
  /// False for a node that is searched for or monitored, nil for a node that is not known, or not
  /// any more. To be called on the loop's thread.
  ///
  /// Corresponds to Perl's `node_is_up`, which answers 1, 0 or undef.
  public func isUp(_ node: String) -> Bool? {
    loop.preconditionOnLoop()
    if node.isEmpty || node == id { return true }
    return peers.isUp(node)
  }
}

extension Node {
  /// Catches the log messages of all other nodes up to a level; nil ends it.
  ///
  /// Every node that listens, or is connected, is asked for its messages, also a node that comes
  /// later. Each message is logged here in its original context and level, as `[node] text`, or
  /// `[node(+0.0123)] text` with its age in seconds. So this process's settings (`AE_VERBOSE`,
  /// `AE_LOG`) decide which messages show. Messages for a lost connection are dropped, and at most
  /// 1000 messages a second are logged of one node. A node that is `secure` sends none. To be
  /// called on the loop's thread.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::LogCatcher::catch`.
  public func catchLogs(upTo level: LogLevel?) {
    loop.preconditionOnLoop()
    logs.catchLogs(upTo: level)
  }
}

/// A reference to a node for other threads, which can give it jobs.
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

  /// A reference that only jobs on the loop use.
  private struct LoopBound: @unchecked Sendable {
    let object: Reference<Node>
  }

  init(_ node: Node) {
    loop = node.loop
    reference = LoopBound(object: node.reference)
  }

  /// Runs `job` on the node's loop, soon and in the order of the calls, with the node as the current one.
  ///
  /// Any thread may call it. A job for a node that is gone is dropped. Returns false when its loop
  /// is closed already.
  @discardableResult
  public func post(_ job: @escaping @Sendable (Node) -> Void) -> Bool {
    loop.post { [reference] in
      guard let node = reference.object.object else { return }
      node.run { job(node) }
    }
  }
}

extension Node {
  /// A reference to the node for other threads.
  ///
  /// To be called on the loop's thread.
  public var handle: NodeHandle {
    loop.preconditionOnLoop()
    return NodeHandle(self)
  }
}
