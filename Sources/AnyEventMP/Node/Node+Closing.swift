extension Node {
  /// Leaves the network: closes all connections and listeners and stops all timers.
  ///
  /// What was sent before is handed to the kernel as far as it takes it; monitors of this node don't
  /// fire any more. The ports stay, and messages between them work. The loop runs on; the loop's
  /// thread only.
  public func close() {
    loop.preconditionOnLoop()
    seeds.stop()
    switchboard.close()
    for listener in listeners { listener.close() }
    listeners = []
    timers = [:]
    for entry in entries.values {
      entry.search?.cancel()
      entry.link?.close()
      entry.isCurrent = false
      entry.link = nil
    }
    entries = [:]
  }
}
