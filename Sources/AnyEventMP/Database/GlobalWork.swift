import AEValue

/// What a global node has still to do for one node: a request of it, or something for it.
///
/// A request can concern so many entries that handling it at once would keep the loop from all else.
/// So each turn of the loop does a share, and what is left waits here in the order in which it came.
enum GlobalWork {
  /// A request of that node whose turn has not come, and what it counts for.
  case request(DatabaseRequest, weight: Int)
  /// Entries of that node that are still to be merged.
  case merge(EntryMerge)
  /// Families that are still to be sent to that node.
  case show(FamilyShowing)
  /// A message to that node that waits behind these, and its size.
  case send([Value], size: Int)
  /// Entries of owners that are gone are still to be erased: work for the service itself.
  case sweep

  /// Which kind of request waits here; nil if this is none.
  var requestKind: DatabaseRequest.Kind? {
    if case .request(let request, _) = self { request.kind } else { nil }
  }

  /// What it counts for in the sum of all that is left, as long as it waits: about what memory it takes.
  var weight: Int {
    switch self {
    case .request(_, let weight): weight
    case .merge(let merge): merge.weight
    case .show(let showing): Self.smallest + showing.weight
    case .sweep: Self.smallest
    // The message is shared with all others who get it.
    case .send(_, let size): 100 + size / 64
    }
  }

  /// What a request counts for.
  static func weight(of request: DatabaseRequest) -> Int {
    smallest + 100 * request.entryCount + request.heapBytes
  }

  private static let smallest = 1000
}

/// The entries of one owner that are to be merged, family by family.
struct EntryMerge {
  /// One family: what is to be set, from a place on, and then to be deleted, from a number on.
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

    /// Whether nothing is left of it.
    var isDone: Bool { place == set.endIndex && deletedBefore == deleted.count }

    /// Leaves nothing of it.
    mutating func skipAll() {
      place = set.endIndex
      deletedBefore = deleted.count
    }
  }

  /// What is left, in the order in which it is merged from the end: addresses before all else.
  var parts: [Part]
  /// What it counts for until nothing is left: the request's tables live so long.
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

/// Families on their way to a node, as they show when the turn of each key comes.
///
/// What changes meanwhile is sent behind it, so that the node has the state of now at the end.
struct FamilyShowing {
  /// Which of the two views is shown.
  enum View {
    /// The merge of all, to a monitor: `g_chg1`, then `g_chg2`.
    case all
    /// The merge of ours, to a global node, as `g_upd`.
    case ours
  }

  let view: View
  /// The families that are left; the last one is the next.
  private var families: [String]
  /// The keys of the family that is under way, and how many are left of them.
  private var keys: [String]?
  private var left = 0

  init(_ view: View, _ families: [String]) {
    self.view = view
    self.families = families
  }

  /// Whether nothing is left.
  var isDone: Bool { families.isEmpty }

  /// About how many bytes of memory its lists take.
  var weight: Int { 16 * (families.count + (keys?.count ?? 0)) }

  /// The next message, nil if nothing of what was looked at is to be sent, and what that counts for.
  ///
  /// It takes as much as a share, but `g_chg1` all that goes into a packet: who gets it takes what is
  /// missing for deleted.
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
    // What is not shown has to be looked at as well.
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
