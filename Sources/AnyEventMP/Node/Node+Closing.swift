extension Node {
  /// Leaves the network: closes all connections and listeners and stops all timers.
  ///
  /// What was sent before is handed to the kernel as far as it takes it; monitors of this node on other
  /// nodes don't fire any more. The ports stay, and messages between them work. The loop runs on;
  /// the loop's thread only.
  public func close() {
    loop.preconditionOnLoop()
    if configuration != nil, !isClosed { loop.guests -= 1 }
    isClosed = true
    stopLogs()
    dataConnections.stop()
    seeds.stop()
    heartbeat.stop()
    switchboard.close()
    peerLog.stop()
    for listener in listeners { listener.close() }
    listeners = []
    // Released when there are none any more: what they hold may make another as it goes.
    let timers = timers
    self.timers = [:]
    withExtendedLifetime(timers) {}
    for entry in entries.values {
      entry.search?.cancel()
      stopWatching(for: entry)
      entry.dissolve()
    }
    entries = [:]
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
      guard let node = reference.node else { return callback() }
      let links = node.entries.values.compactMap(\.link)
      let streams = links.compactMap { $0.release() }
      node.close()
      Farewell(streams, callback).begin(on: node.loop, within: seconds)
    }
  }

  /// Takes apart what would hold itself: connections, and callbacks that mention their own port.
  func dissolve() {
    dissolveLogs()
    for entry in entries.values { entry.dissolve() }
    home.dissolve()
    let callbacks = (functions, dataFunctions, nodeWatchers)
    functions = FunctionTable()
    dataFunctions = DataFunctions()
    nodeWatchers = NodeWatchers()
    withExtendedLifetime(callbacks) {}
    for port in ports.all { _ = port.die() }
  }
}

extension NodeEntry {
  /// Closes the connection and lets go of everything, without telling anyone.
  func dissolve() {
    isCurrent = false
    link?.close()
    link = nil
    search = nil
    waiting = nil
    _ = watching.removeAll()
    let callbacks = (monitors.removeAll(), drainCallbacks)
    drainCallbacks = []
    withExtendedLifetime(callbacks) {}
  }
}
