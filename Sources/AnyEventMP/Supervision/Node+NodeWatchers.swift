import AnyEvent

extension Node {
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
    return Subscription(self, .nodes(nodeWatchers.add(running?.takeUnretainedValue(), callback)))
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
    return entries[node].map { $0.link != nil }
  }

  func tellNodeWatchers(_ node: String, isUp: Bool, _ reason: [Value]) {
    for serial in nodeWatchers.serials {
      // One of the others may have ended it.
      guard let (port, callback) = nodeWatchers.watcher(serial) else { continue }
      peval(port) { try callback(node, isUp, Message(reason)) }
    }
  }

  func endNodeWatch(_ serial: UInt64) {
    // What it captured goes when the list is whole again: its end may run code of the program.
    let callback = nodeWatchers.remove(serial)
    withExtendedLifetime(callback) {}
  }
}
