// What other nodes are told of our ports: who asked with `mon1` gets `kil0` when the port dies.

extension Kernel {
  /// The node wants to know when the port dies; once, however often it asks.
  func startWatching(_ port: LocalPort, for entry: NodeEntry) {
    guard !entry.watching.contains(port) else { return }
    entry.watching.insert(port)
    monitorSerial += 1
    MonitorList.insert(.node(entry), monitorSerial, into: &port.monitors)
  }

  /// The node no longer wants to know.
  func stopWatching(_ port: LocalPort, for entry: NodeEntry) {
    if entry.watching.remove(port) { MonitorList.remove(entry, from: &port.monitors) }
  }

  /// The node is lost.
  func stopWatching(for entry: NodeEntry) {
    for port in entry.watching.removeAll() { MonitorList.remove(entry, from: &port.monitors) }
  }

  /// Tells the node that the port has died.
  func tell(_ entry: NodeEntry, of port: LocalPort, _ reason: [Value]) {
    entry.watching.remove(port)
    entry.tellDeath(of: port.name, reason, encoded: reasons.encoding(of: reason))
  }
}
