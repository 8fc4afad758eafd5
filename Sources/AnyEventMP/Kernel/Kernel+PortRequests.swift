// Requests about one port. They come in thousands when a node has many watched ports: nothing here makes
// a string, and an array only for a reason that is not the last one again.

extension Kernel {
  /// Does what a node asks for or tells about the port of that name.
  func perform(
    _ request: PortRequest, about name: UnsafeRawBufferPointer, _ rest: UnsafeBufferPointer<Value>,
    for entry: NodeEntry
  ) {
    // The node port is not monitored and cannot be killed; 2.02 nodes send `mon0` for it.
    if name.isEmpty { return }
    switch request {
    case .mon1: monitorRequested(of: name, by: entry)
    case .mon0: if let port = ports.find(name) { stopWatching(port, for: entry) }
    case .kil0: remotePortDied(name, rest, on: entry)
    case .kil1: if let port = ports.find(name) { kill(port, rest) }
    }
  }

  private func monitorRequested(of name: UnsafeRawBufferPointer, by entry: NodeEntry) {
    if let port = ports.find(name) { return startWatching(port, for: entry) }
    let name = String(decoding: name, as: UTF8.self)
    let reason: [Value] =
      spawned.hasRefused(name, to: entry.id)
      ? [.string("too_many_ports"), .string(spawned.reason(for: entry.id))]
      : Self.noSuchPort(Log.cut("\(id)#\(name)", to: limits.name))
    reason.withUnsafeBufferPointer { entry.send(.kil0, about: name, $0) }
  }

  /// Ignored for what we did not ask for, or have been told of.
  private func remotePortDied(
    _ name: UnsafeRawBufferPointer, _ reason: UnsafeBufferPointer<Value>, on entry: NodeEntry
  ) {
    guard let port = entry.monitors.take(name) else { return }
    fire(port, reasons.array(reason))
  }
}
