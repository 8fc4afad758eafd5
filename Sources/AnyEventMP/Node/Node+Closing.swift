extension Node {
  /// Leaves the network: closes all connections and listeners and stops all timers.
  ///
  /// What was sent before is handed to the kernel as far as it takes it; monitors of this node on other
  /// nodes don't fire any more. The ports stay, and messages between them work. The loop runs on;
  /// the loop's thread only.
  public func close() {
    loop.preconditionOnLoop()
    // What is let go of below may close the node again.
    if peers.markClosed(), peers.configuration != nil { loop.guests -= 1 }
    logs.stop()
    dataConnections.stop()
    kernel.stopTimers()
    peers.close()
  }

  /// Leaves the network as ``close()`` does, but not before what was sent has arrived.
  ///
  /// To be called by a program that ends: behind everything that the callbacks which are running now
  /// send, the end follows on each connection, and the other nodes close theirs when they have read it.
  /// What waits for a node that is not connected yet is lost. The loop's thread only.
  ///
  /// - Parameters:
  ///   - seconds: how long (s) to wait for nodes that don't answer, or don't take what was sent.
  ///   - callback: called once from the loop when all connections have ended, or the time is over.
  public func leave(within seconds: Double = 2, _ callback: @escaping () -> Void = {}) {
    loop.preconditionOnLoop()
    // Behind the answer to whoever has asked us to leave.
    loop.postpone { [reference] in
      guard let node = reference.object else { return callback() }
      let farewell = Farewell(node.peers.release(), callback)
      node.close()
      farewell.begin(on: node.loop, within: seconds)
    }
  }

  /// Takes apart what would hold itself: connections, and callbacks that mention their own port.
  func dissolve() {
    logs.dissolve()
    peers.dissolve()
    functions.dissolve()
    dataConnections.dissolve()
    kernel.dissolve()
  }
}
