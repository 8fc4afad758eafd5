import AEValue

/// One key of a merged family: one holder is the normal case and costs no allocation.
enum MergedEntry {
  case one(Holder)
  /// At least two, the greatest value first.
  case several([Holder])

  /// The holder whose value shows.
  var first: Holder {
    switch self {
    case .one(let holder): holder
    case .several(let holders): holders[0]
    }
  }

  /// The holder with the greatest value among our owners.
  func first(ofOurs isOurs: [Bool]) -> Holder? {
    switch self {
    case .one(let holder): isOurs[Int(holder.owner)] ? holder : nil
    case .several(let holders): holders.first { isOurs[Int($0.owner)] }
    }
  }

  /// The entry with one owner's value replaced or added.
  func setting(_ holder: Holder) -> MergedEntry {
    switch self {
    case .one(let other):
      if other.owner == holder.owner { return .one(holder) }
      return .several(
        ValueOrder.isGreater(other.value, holder.value) ? [other, holder] : [holder, other])
    case .several(var holders):
      holders.removeAll { $0.owner == holder.owner }
      let index =
        holders.firstIndex { ValueOrder.isGreater(holder.value, $0.value) } ?? holders.count
      holders.insert(holder, at: index)
      return .several(holders)
    }
  }

  /// The entry without this owner; nil when no other owner holds the key.
  func removing(_ owner: OwnerIndex) -> MergedEntry? {
    switch self {
    case .one(let holder): return holder.owner == owner ? nil : self
    case .several(var holders):
      holders.removeAll { $0.owner == owner }
      return holders.count == 1 ? .one(holders[0]) : .several(holders)
    }
  }

  /// The holder that is this owner; nil if it does not hold the key.
  func holder(_ owner: OwnerIndex) -> Holder? {
    switch self {
    case .one(let holder): holder.owner == owner ? holder : nil
    case .several(let holders): holders.first { $0.owner == owner }
    }
  }
}

/// An owner that holds a key, and its value.
struct Holder {
  let value: Value
  let owner: OwnerIndex
  /// The size of key and value, in bytes.
  let size: UInt32
}

/// The number of an owner in a ``MergedDatabase``.
typealias OwnerIndex = UInt32

/// A family of a ``MergedDatabase``: its keys and their holders.
typealias MergedFamily = TextDictionary<MergedEntry>

/// An owner of a ``MergedDatabase`` that is gone, and its keys that are not erased yet.
struct RetiredOwner {
  let name: String
  let index: OwnerIndex
  /// The size of the entries that are left, in bytes.
  var weight: Int
  /// The families that are left, taken from the end.
  private var families: [(name: String, keys: TextSet)]
  /// The keys of the last family, of which `left` are left.
  private var keys: [String] = []
  private var left = 0

  init(name: String, index: OwnerIndex, weight: Int, families: TextDictionary<TextSet>) {
    self.name = name
    self.index = index
    self.weight = weight
    // The addresses are erased last, for the reason in ``DatabaseMessages/inOrder(_:)``.
    let addresses = InternalFamily.listeners
    self.families = families[addresses].map { [(addresses, $0)] } ?? []
    for (name, keys) in families where name != addresses { self.families.append((name, keys)) }
  }

  /// Whether all keys were taken.
  var isDone: Bool { families.isEmpty }

  /// The family of the next keys; nil when none are left.
  var family: String? { families.last?.name }

  /// The next keys, all of one family.
  mutating func next(atMost count: Int) -> ArraySlice<String> {
    guard let (_, all) = families.last else { return [] }
    if left == 0 {
      keys = Array(all)
      left = keys.count
    }
    let part = keys[max(0, left - count)..<left]
    left -= part.count
    if left == 0 { families.removeLast() }
    return part
  }
}

/// The order that decides which value shows when several owners hold one key.
enum ValueOrder {
  /// Whether `left` shows before `right`: its canonical CBOR encoding is greater, byte by byte.
  ///
  /// The order is the same on all nodes, whatever the order of arrival and the framing.
  static func isGreater(_ left: Value, _ right: Value) -> Bool {
    CBOREncoding.canonicallyPrecedes(right, left)
  }
}

/// The two families that the nodes themselves keep in the distributed database.
///
/// # The state that the database converges to
///
/// Every node has entries of its own: family → key → value. A global node holds, by owner, the
/// entries of its slaves, its own, and for each other global node the merge of *that node's*
/// slaves. It shows the merge of them all: a key is there when an owner holds it, and of several
/// values the one whose canonical CBOR encoding is greatest shows (`ValueOrder`). The merge depends
/// neither on the order of arrival nor on the node that merged first: a global node sends the
/// others the greatest value of its own slaves, and the greatest of the greatest is the greatest of
/// all.
///
/// **The rule.** Once (a) no node sets or deletes any more, (b) connections no longer come and go,
/// (c) every slave has a master and every two global nodes are connected, and (d) all messages have
/// arrived, then on every node every monitored family and every answer to a query equals the merge
/// of the entries of all living nodes, and `'g` lists exactly the global ones. No entry of a node
/// that is gone remains, and none of a living node is missing.
///
/// It holds link by link, because a link keeps the order of its messages:
/// - slave → master: `g_slave` carries all entries once a connection, and each later change follows
///   as `g_upd`; the master drops them all when the connection is lost.
/// - global → global: after `g_global` comes `g_set`, the whole merge of the sender's own entries
///   and its slaves', then each change of it as `g_upd`. Entries from another global node are never
///   passed on, so no rumour outlives its source; the one exception are the `'l` and `'g` entries
///   of a directly connected global node, which vanish with that connection.
/// - master → slave: after `g_mon1` comes `g_chg1`, the whole family, then each change as `g_chg2`.
///   After a change of master the slave compares `g_chg1` with its copy; so the changes in between
///   show as added, changed and deleted keys, each once.
///
/// While two global nodes are cut off from each other, each shows the merge of the nodes that it
/// can reach. After healing, both sides dial and so restore (c): lost global nodes stay on the list
/// of nodes to keep connected (`GlobalService`).
enum InternalFamily {
  /// Node id → array of the node's addresses (`'l`).
  static let listeners = "'l"
  /// Id of a global node → null (`'g`).
  static let globals = "'g"
}
