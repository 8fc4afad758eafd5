import AnyEvent

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
