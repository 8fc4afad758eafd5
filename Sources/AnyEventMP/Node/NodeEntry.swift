/// All that a node knows of one node: its connection, what waits for one, who watches whom.
///
/// An entry lives as long as it is of use to its ``Node``; a ``RemotePort`` may hold it longer, which
/// ``isCurrent`` tells.
final class NodeEntry {
  /// The node id; that of our own entry is empty until `configure`.
  var id: String
  /// Whether the node still routes by this entry.
  @exclusivity(unchecked) var isCurrent = true
  /// The established connection.
  @exclusivity(unchecked) var link: Link?
  /// Who waits until everything sent to the node has been handed to the kernel.
  var drainCallbacks: [() -> Void] = [] {
    didSet { link?.reportsDrain = !drainCallbacks.isEmpty }
  }
  /// Packets that wait for a connection.
  var waiting: WaitingPackets?
  /// The attempt to find and reach the node.
  var search: NodeSearch?
  /// Those of its ports that we monitor; the empty name stands for the node.
  @exclusivity(unchecked) var monitors = NamedTable<MonitoredPort>()
  /// The ports of ours that the node monitors.
  @exclusivity(unchecked) var watching = WatchedPorts()

  init(id: String) {
    self.id = id
  }

  /// Whether nothing depends on the entry any more.
  var isIdle: Bool {
    link == nil && waiting == nil && search == nil && monitors.isEmpty && watching.isEmpty
      && drainCallbacks.isEmpty
  }
}
