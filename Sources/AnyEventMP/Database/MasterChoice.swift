/// Which node is our master: the one that holds the global database for us.
///
/// A slave takes the seed node that was connected first, and keeps it until that connection goes;
/// then it looks again. A global node is its own master.
struct MasterChoice {
  /// The master now, if any.
  private(set) var master: String?
  /// Node ids by the seed's address: what its last greeting said.
  private var seeds: TextDictionary<String> = [:]
  /// When the connected nodes came up, as a count.
  private var connected: TextDictionary<UInt64> = [:]
  private var serial: UInt64 = 0
  private var isGlobal = false

  /// The greeting at a seed's address named that node: before or after it came up.
  ///
  /// Each method returns whether ``master`` changed.
  mutating func identify(seed address: String, as node: String) -> Bool {
    seeds[address] = node
    return choose()
  }

  /// The seed list changed, or the address turned out to be ourselves.
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

  /// We are global now: our own master for good.
  mutating func becomeGlobal(_ node: String) -> Bool {
    isGlobal = true
    defer { master = node }
    return master != node
  }

  /// Keeps the master that there is; else takes the seed that has been connected longest.
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
