import AEValue

/// A piece of work of a global node for one node: a request of that node, or something to send to it.
///
/// A request can concern so many entries that handling it at once would block the loop. So each
/// turn of the loop does a share, and the rest waits in the order in which it came.
enum GlobalWork {
  /// A request of that node whose turn has not come, and its weight.
  case request(DatabaseRequest, weight: Int)
  /// Entries of that node that are not merged yet.
  case merge(EntryMerge)
  /// Families that are not sent to that node yet.
  case show(FamilyShowing)
  /// A message to that node that waits behind other work, and its size.
  case send([Value], size: Int)
  /// The erasing of entries of retired owners, which is work for the service itself.
  case sweep

  /// The kind of a waiting request; nil for other work.
  var requestKind: DatabaseRequest.Kind? {
    if case .request(let request, _) = self { request.kind } else { nil }
  }

  /// The memory in bytes, roughly, that the work takes while it waits.
  var weight: Int {
    switch self {
    case .request(_, let weight): weight
    case .merge(let merge): merge.weight
    case .show(let showing): Self.smallest + showing.weight
    case .sweep: Self.smallest
    // All receivers of the message share its memory.
    case .send(_, let size): 100 + size / 64
    }
  }

  /// The weight of a request while it waits.
  static func weight(of request: DatabaseRequest) -> Int {
    smallest + 100 * request.entryCount + request.heapBytes
  }

  private static let smallest = 1000
}

/// The entries of one owner that are not merged yet, family by family.
struct EntryMerge {
  /// The entries of one family: sets from `place` on, then deletions from number `deletedBefore` on.
  struct Part {
    let family: String
    let set: TextDictionary<Value>
    let deleted: [String]
    var place: TextDictionary<Value>.Index
    var deletedBefore = 0

    init(_ family: String, _ set: TextDictionary<Value>, _ deleted: [String] = []) {
      self.family = family
      self.set = set
      self.deleted = deleted
      place = set.startIndex
    }

    /// Whether all entries are merged.
    var isDone: Bool { place == set.endIndex && deletedBefore == deleted.count }

    /// Marks all entries as merged.
    mutating func skipAll() {
      place = set.endIndex
      deletedBefore = deleted.count
    }
  }

  /// The families, taken from the end; the addresses come first.
  var parts: [Part]
  /// The weight of the request, whose tables are kept until all entries are merged.
  let weight: Int

  init(_ contents: DatabaseContents, weight: Int) {
    self.weight = weight
    parts = contents.compactMap {
      $0.key == InternalFamily.listeners ? nil : Part($0.key, $0.value)
    }
    if let addresses = contents[InternalFamily.listeners] {
      parts.append(Part(InternalFamily.listeners, addresses))
    }
  }

  init(_ family: String, _ change: FamilyChange, weight: Int) {
    self.weight = weight
    parts = [Part(family, change.set, change.deleted)]
  }
}

/// Families that are being sent to a node, each key with its value at the moment of its turn.
///
/// Later changes are sent behind it, so that the node has the current state in the end.
struct FamilyShowing {
  /// The view that is sent.
  enum View {
    /// The merge of all owners, for a monitor: `g_chg1`, then `g_chg2`.
    case all
    /// The merge of our owners, for a global node, as `g_upd`.
    case ours
  }

  let view: View
  /// The families that are left, taken from the end.
  private var families: [String]
  /// The keys of the current family, of which `left` are left.
  private var keys: [String]?
  private var left = 0

  init(_ view: View, _ families: [String]) {
    self.view = view
    self.families = families
  }

  /// Whether everything was sent.
  var isDone: Bool { families.isEmpty }

  /// The memory of the lists in bytes, roughly.
  var weight: Int { 16 * (families.count + (keys?.count ?? 0)) }

  /// The next message, nil if there is nothing to send among the keys looked at, and the work for it.
  ///
  /// A message is as large as a share. Only `g_chg1` is as large as a packet may be, because its
  /// receiver deletes all keys that are missing in it.
  mutating func next(
    _ database: MergedDatabase, _ limits: DatabaseLimits, share: Int
  ) -> (message: [Value]?, cost: Int) {
    guard let family = families.last else { return (nil, 0) }
    let isFirst = keys == nil
    let keys = self.keys ?? database.keys(of: family)
    if isFirst {
      self.keys = keys
      left = keys.count
    }
    let most = isFirst && view == .all ? limits.maximumSize : min(limits.maximumSize, share)
    var entries: TextDictionary<Value> = [:]
    var size = DatabaseLimits.envelope + limits.size(of: family)
    // Keys that do not show cost a look, too.
    var skipped = 0
    while left > 0, skipped < share {
      let key = keys[left - 1]
      if let value = value(family, key, database) {
        let entry = limits.size(of: key, value)
        if size + entry > most, !entries.isEmpty { break }
        entries[key] = value
        size += entry
      } else {
        skipped += DatabaseLimits.envelope
      }
      left -= 1
    }
    if left == 0 {
      families.removeLast()
      self.keys = nil
    }
    if entries.isEmpty, view == .ours || !isFirst { return (nil, size + skipped) }
    let request = view == .ours ? "g_upd" : isFirst ? "g_chg1" : "g_chg2"
    return ([.string(request), .string(family), .hash(entries)], size + skipped)
  }

  private func value(_ family: String, _ key: String, _ database: MergedDatabase) -> Value? {
    switch view {
    case .all: database.value(family, key)
    case .ours: database.valueOfOurs(family, key)
    }
  }
}
