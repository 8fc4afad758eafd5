import AnyEvent

extension Node {
  /// Leaves the network: closes all connections and listeners and stops all timers.
  ///
  /// Messages sent before are handed to the kernel as far as it takes them; monitors of this node
  /// on other nodes don't fire any more. The ports stay, and messages between them work. Tasks that wait
  /// for something of the node get a ``NodeClosedError``. The loop runs on. To be called on the loop's thread.
  public func close() {
    loop.preconditionOnLoop()
    // Objects that are released below may close the node again.
    if peers.markClosed(), peers.configuration != nil { loop.guests -= 1 }
    hangup = nil
    logs.stop()
    dataConnections.stop()
    kernel.stopTimers()
    peers.close()
    AnySuspension.endAll(on: loop, for: self, throwing: NodeClosedError())
    let callbacks = onClose
    onClose = []
    for callback in callbacks { callback() }
  }

  /// Leaves the network like ``close()``, but only after all sent messages have arrived.
  ///
  /// For a program that ends: each connection ends behind the messages that the running callbacks
  /// send, and the other nodes close it when they have read them. Their monitors on ports of this node
  /// fire with the reason `leaving`, the node's id and a text, and its database entries go. Messages that
  /// wait for a node that is not connected yet are lost. To be called on the loop's thread.
  ///
  /// - Parameters:
  ///   - seconds: the time (s) to wait for nodes that don't answer, or don't take the messages.
  ///   - callback: called once from the loop when all connections have ended, or the time is over.
  public func leave(within seconds: Double = 2, _ callback: @escaping () -> Void = {}) {
    loop.preconditionOnLoop()
    // The answer to the request to leave, which may be sent after this call, goes first.
    loop.postpone { [reference] in
      guard let node = reference.object else { return callback() }
      node.run { node.peers.announceLeaving() }
      let farewell = Farewell(node.peers.release(), callback)
      node.close()
      farewell.begin(on: node.loop, within: seconds)
    }
  }

  /// Breaks reference cycles: connections, and callbacks that capture their own port.
  func dissolve() {
    logs.dissolve()
    peers.dissolve()
    functions.dissolve()
    dataConnections.dissolve()
    kernel.dissolve()
  }
}

/// The node was closed before a task had got the answer or message that it awaited.
public struct NodeClosedError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String { "the node was closed before what was waited for had come" }
}
