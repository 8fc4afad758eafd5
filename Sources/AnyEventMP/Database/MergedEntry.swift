import AEValue

/// The number of an owner in a ``MergedDatabase``.
typealias OwnerIndex = UInt32

/// A family of a ``MergedDatabase``: its keys and who holds them.
typealias MergedFamily = TextDictionary<MergedEntry>

/// Who holds a key, and with which value.
struct Holder {
  let value: Value
  let owner: OwnerIndex
  /// What key and value take, in bytes.
  let size: UInt32
}

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

  /// The holder with the greatest value among those that are ours.
  func first(ofOurs isOurs: [Bool]) -> Holder? {
    switch self {
    case .one(let holder): isOurs[Int(holder.owner)] ? holder : nil
    case .several(let holders): holders.first { isOurs[Int($0.owner)] }
    }
  }

  /// The entry with that owner's value replaced or added.
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

  /// The entry without that owner; nil when nobody else holds the key.
  func removing(_ owner: OwnerIndex) -> MergedEntry? {
    switch self {
    case .one(let holder): return holder.owner == owner ? nil : self
    case .several(var holders):
      holders.removeAll { $0.owner == owner }
      return holders.count == 1 ? .one(holders[0]) : .several(holders)
    }
  }

  /// The owner as a holder of the key; nil if it does not hold it.
  func holder(_ owner: OwnerIndex) -> Holder? {
    switch self {
    case .one(let holder): holder.owner == owner ? holder : nil
    case .several(let holders): holders.first { $0.owner == owner }
    }
  }
}

/// An owner of a ``MergedDatabase`` that is gone, and the keys that are still to be erased.
struct RetiredOwner {
  let name: String
  let index: OwnerIndex
  /// What is left of it, in bytes.
  var weight: Int
  /// The families that are left, in the order in which they are erased from the end.
  private var families: [(name: String, keys: TextSet)]
  /// The keys of the last of them, and how many of these are left.
  private var keys: [String] = []
  private var left = 0

  init(name: String, index: OwnerIndex, weight: Int, families: TextDictionary<TextSet>) {
    self.name = name
    self.index = index
    self.weight = weight
    // The addresses go last, as ``DatabaseMessages/inOrder(_:)`` says why.
    let addresses = InternalFamily.listeners
    self.families = families[addresses].map { [(addresses, $0)] } ?? []
    for (name, keys) in families where name != addresses { self.families.append((name, keys)) }
  }

  /// Whether no keys are left.
  var isDone: Bool { families.isEmpty }

  /// The family that the next keys are of; nil when none are left.
  var family: String? { families.last?.name }

  /// The next keys, all of that family.
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

/// The order that decides which value shows when several nodes hold one key.
enum ValueOrder {
  /// Whether `left` shows before `right`: its canonical CBOR encoding is greater, byte by byte.
  ///
  /// The same on all nodes, whatever the order of arrival and the framing by which it came.
  static func isGreater(_ left: Value, _ right: Value) -> Bool {
    CBOREncoding.canonicallyPrecedes(right, left)
  }
}

/// The two families that the nodes themselves keep in the distributed database.
///
/// # What converges, and to what
///
/// Every node has a *local* database: family → key → value. A global node holds, by owner, the local
/// databases of its slaves, its own, and what each other global node sent of *its* slaves. What it
/// shows is the merge of them all: a key is there when an owner holds it, and of several values the
/// one whose canonical CBOR encoding is greatest shows (`ValueOrder`). The merge depends on
/// neither the order of arrival nor on who merged first: a global node sends the others the greatest
/// value of its own slaves, and the greatest of the greatest is the greatest of all.
///
/// **The rule.** Once (a) no node sets or deletes any more, (b) connections no longer come and go,
/// (c) every slave has a master and every two global nodes are connected, and (d) what was sent has
/// arrived, then on every node every monitored family and every answer to a query equals the merge of
/// the local databases of the nodes that are alive, and `'g` lists exactly the global ones. Nothing of
/// a node that is gone remains, nothing of a living one is missing.
///
/// Why it holds, link by link, since a link keeps its order:
/// - slave → master: `g_slave` carries the whole local database once a connection, each later change
///   follows as `g_upd`; the master drops it all when the connection goes.
/// - global → global: after `g_global` comes `g_set`, the whole of the sender's own and its slaves'
///   view, then each change of that view as `g_upd`. What came from another global node is never
///   passed on, so no rumour outlives its source; the one exception are the `'l` and `'g` entries of
///   a directly connected global node, which vanish with that connection.
/// - master → slave: after `g_mon1` comes `g_chg1`, the whole family, then each change as `g_chg2`.
///   After a change of master the slave compares `g_chg1` with its copy; so what was missed in
///   between shows as added, changed and deleted keys, each once.
///
/// While two global nodes are cut off from each other, each shows the merge of what it can reach.
/// After healing (c) is restored by both sides dialling: lost global nodes stay on the list of
/// connections to keep alive (`GlobalService`).
enum InternalFamily {
  /// Node id → array of the addresses where it listens (`'l`).
  static let listeners = "'l"
  /// Id of a global node → null (`'g`).
  static let globals = "'g"
}
