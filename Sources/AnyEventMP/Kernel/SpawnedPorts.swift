/// The living ports that other nodes have spawned here, of which each may have so many.
///
/// They are counted by node id, so that a new connection does not begin at zero.
struct SpawnedPorts {
  private let limits: NodeLimits
  private var counts: TextDictionary<Int> = [:]
  private var owners: [ObjectIdentifier: String] = [:]
  /// The ports refused last: a node that monitors one of them is told why it does not exist.
  private var refused: Set<Refused> = []
  private var refusedInOrder: [Refused] = []
  /// How many refusals are remembered: a monitor usually comes in the packet behind the spawn.
  private static let memory = 256

  private struct Refused: Hashable {
    let name: Text
    let node: Text
  }

  init(limits: NodeLimits) {
    self.limits = limits
  }

  /// How many that node has.
  func count(of node: String) -> Int { counts[node] ?? 0 }

  /// Whether that node has as many as it may.
  func isFull(_ node: String) -> Bool { limits.spawned > 0 && count(of: node) >= limits.spawned }

  mutating func add(_ port: LocalPort, by node: String) {
    owners[ObjectIdentifier(port)] = node
    counts[node, default: 0] += 1
  }

  /// A port is gone; returns the node that has spawned it, nil if no other has.
  mutating func remove(_ port: LocalPort) -> String? {
    guard let node = owners.removeValue(forKey: ObjectIdentifier(port)),
      let count = counts[node]
    else { return nil }
    counts[node] = count > 1 ? count - 1 : nil
    return node
  }

  /// The node was not allowed to spawn a port of that name.
  mutating func refuse(_ name: String, by node: String) {
    if refusedInOrder.count >= Self.memory {
      refused.subtract(refusedInOrder.prefix(Self.memory / 2))
      refusedInOrder.removeFirst(Self.memory / 2)
    }
    let new = Refused(name: Text(name), node: Text(node))
    if refused.insert(new).inserted { refusedInOrder.append(new) }
  }

  /// Whether a port of that name was refused to the node a short time ago.
  func hasRefused(_ name: String, to node: String) -> Bool {
    !refused.isEmpty && refused.contains(Refused(name: Text(name), node: Text(node)))
  }

  /// The sentence for a node to which a port was refused.
  func reason(for node: String) -> String {
    "\(node) has spawned \(limits.spawned) ports here, as many as it may"
  }
}
