/// The choice of the master: the global node that answers this node's questions to the database.
///
/// A node that is not global takes the seed node that was connected first, and keeps it until that
/// connection is lost; then it chooses again. A global node is its own master.
struct MasterChoice {
  /// The current master.
  private(set) var master: String?
  /// The node ids in the last greetings at the seeds' addresses.
  private var seeds: TextDictionary<String> = [:]
  /// The order in which the connected nodes came up.
  private var connected: TextDictionary<UInt64> = [:]
  private var serial: UInt64 = 0
  private var isGlobal = false

  /// Notes which node answered at a seed's address, before or after it came up.
  ///
  /// Each method returns whether ``master`` changed.
  mutating func identify(seed address: String, as node: String) -> Bool {
    seeds[address] = node
    return choose()
  }

  /// Forgets a seed: it was removed from the list, or it is this node itself.
  mutating func drop(seed address: String) {
    seeds[address] = nil
  }

  mutating func nodeUp(_ node: String) -> Bool {
    serial += 1
    connected[node] = serial
    return choose()
  }

  mutating func nodeDown(_ node: String) -> Bool {
    connected[node] = nil
    if master == node, !isGlobal {
      master = nil
      _ = choose()
      return true
    }
    return choose()
  }

  /// Makes this node its own master for good.
  mutating func becomeGlobal(_ node: String) -> Bool {
    isGlobal = true
    defer { master = node }
    return master != node
  }

  /// Keeps the current master; without one it takes the seed that has been connected longest.
  private mutating func choose() -> Bool {
    if master != nil { return false }
    var best: (node: String, since: UInt64)?
    for node in seeds.values {
      guard let since = connected[node] else { continue }
      if let best, best.since <= since { continue }
      best = (node, since)
    }
    master = best?.node
    return master != nil
  }
}
