/// A node as references to its ports know it: its id, and who of the two monitors whose ports.
///
/// Our own entry is of this very class, and what is sent through it reaches nobody; how another node is
/// reached is up to the subclass.
class NodeEntry {
  /// The node id; that of our own entry is empty until `configure`.
  final var id: String
  /// Whether the node still routes by this entry: a ``RemotePort`` may hold it longer.
  @exclusivity(unchecked) final var isCurrent = true
  /// Those of its ports that we monitor; the empty name stands for the node.
  @exclusivity(unchecked) final var monitors = NamedTable<MonitoredPort>()
  /// The ports of ours that the node monitors.
  @exclusivity(unchecked) final var watching = WatchedPorts()

  init(id: String) {
    self.id = id
  }

  /// Sends a message to one of the node's ports.
  func send(_ message: UnsafeBufferPointer<Value>, to name: String) {}

  /// Sends a request about a port of ours or of that node.
  func send(_ request: PortRequest, about port: String, _ rest: UnsafeBufferPointer<Value>) {}

  /// The same for one that says no more.
  final func send(_ request: PortRequest, about port: String) {
    send(request, about: port, UnsafeBufferPointer(start: nil, count: 0))
  }

  /// Tells the node that a port of ours has died; `encoded` is the reason in CBOR, if it is known.
  func tellDeath(of port: String, _ reason: [Value], encoded: UnsafeRawBufferPointer?) {}

  /// Makes a connection, unless there is one.
  func connect() {}

  /// Something that depended on the entry is gone.
  func forgetIfIdle() {}
}
