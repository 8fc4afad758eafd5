// What other nodes are told of our ports: who asked with `mon1` gets `kil0` when the port dies.

extension Node {
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
    // Not retained, as this is done for many ports in a row: sending never lets go of a link, what goes
    // wrong with it is told from the loop.
    guard let link = entry.link.map(Unmanaged.passUnretained) else { return }
    link._withUnsafeGuaranteedRef { tell($0, of: port, reason) }
  }

  @inline(__always)
  private func tell(_ link: Link, of port: LocalPort, _ reason: [Value]) {
    if let encoded = reasons.encoding(of: reason),
      link.send(.kil0, about: port.name, encoded: encoded, count: reason.count)
    {
      return
    }
    sendable(reason, about: port, by: link).withUnsafeBufferPointer {
      link.send(.kil0, about: port.name, $0)
    }
  }

  /// A reason as it can be sent: one that cannot must not keep the other node from being told.
  private func sendable(_ reason: [Value], about port: LocalPort, by link: Link) -> [Value] {
    do {
      try link.check([.string(PortRequest.kil0.name), .string(port.name)] + reason)
      return reason
    } catch {
      return [.string("die"), .string("the reason could not be sent: \(error)")]
    }
  }
}
