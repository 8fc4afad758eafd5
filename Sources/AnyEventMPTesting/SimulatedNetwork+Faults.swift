internal import AEValue
public import AnyEventMP

extension SimulatedNetwork {
  /// Changes the behaviour of one direction for everything that is sent from now on.
  public func setConditions(
    _ conditions: LinkConditions, from: SimulatedHost, to: SimulatedHost
  ) {
    path(from, to).conditions = conditions
  }

  /// Breaks the connections between two hosts: each end gets some of the bytes under way, cut
  /// anywhere, then an error.
  public func cut(_ a: SimulatedHost, _ b: SimulatedHost) {
    for connection in connections(a, b) { connection.cut() }
  }

  /// Stops one direction: nothing arrives until ``thaw(from:to:)``, and nothing is lost.
  public func freeze(from: SimulatedHost, to: SimulatedHost) {
    path(from, to).block()
  }

  /// Lets one direction work again; the bytes that waited arrive.
  public func thaw(from: SimulatedHost, to: SimulatedHost) {
    path(from, to).unblock()
    for connection in connections(from, to) { connection.resume() }
  }

  /// Separates two groups of hosts from each other until ``heal()``.
  public func partition(_ group: [SimulatedHost], _ others: [SimulatedHost]) {
    for a in group {
      for b in others where a !== b {
        freeze(from: a, to: b)
        freeze(from: b, to: a)
      }
    }
  }

  /// Blocks the node of a host with a loop of its own for `seconds`, like a long calculation in a callback.
  ///
  /// The node does nothing else meanwhile, but its machine still takes bytes.
  public func block(_ host: SimulatedHost, for seconds: Double) {
    require(host.hasOwnLoop, "only a host added with hasOwnLoop can be blocked")
    host.block(until: loop.manualTime + UInt64(seconds * 1e9))
  }

  /// Ends all partitions and freezes.
  public func heal() {
    for a in hosts {
      for b in hosts where a !== b { thaw(from: a, to: b) }
    }
  }

  /// Kills a host's process: its node is gone, and the operating system closes its connections.
  public func kill(_ host: SimulatedHost) {
    host.losesOutput = true
    shutDown(host)
    host.losesOutput = false
  }

  /// Ends a host's node in good order: its messages leave before its connections are closed.
  public func shutDown(_ host: SimulatedHost) {
    host.node?.close()
    host.node = nil
  }

  /// Switches a host off: its node is gone, and no other host is told.
  public func crash(_ host: SimulatedHost) {
    host.isDown = true
    kill(host)
  }

  /// Starts a new node with the same name and address on a host whose node is gone.
  ///
  /// - Throws: the errors of `configure`.
  @discardableResult
  public func restart(_ host: SimulatedHost) throws -> Node? {
    guard host.node == nil else { return host.node }
    host.isDown = false
    try start(host)
    return host.node
  }
}
