import AEValue

/// The databases of many owners merged into one: of each key the greatest value shows.
///
/// An owner is a node, or the global service itself. Owners are *ours* (this node and its slaves)
/// or *theirs* (other global nodes). There are two views: the merge of all owners, for slaves, and
/// the merge of our owners, for the other global nodes.
///
/// The time to set or delete a key does not depend on the number of keys; a retired owner is erased
/// in steps. A key costs one slot of its family's table and one of its owner's set.
struct MergedDatabase {
  var limits: DatabaseLimits
  private var families: TextDictionary<MergedFamily> = [:]
  private var sizes: TextDictionary<FamilySize> = [:]
  private var owners: TextDictionary<OwnerIndex> = [:]
  /// The keys of each owner by its index: family → keys.
  private var held: [TextDictionary<TextSet>] = []
  /// Whether the owner with that index is ours.
  private var isOurs: [Bool] = []
  /// The size of all entries of the owner with that index, in bytes.
  private var weights: [Int] = []
  /// The sum of the sizes.
  private(set) var weight = 0
  /// The digest of the merge of all owners.
  private(set) var digest = DatabaseDigest()
  private var freeIndices: [OwnerIndex] = []
  /// The owners that are gone and have entries left: `next` are erased now, from the end; `later` follow.
  private var retired: (next: [RetiredOwner], later: [RetiredOwner]) = ([], [])
  /// The size of their entries, in bytes.
  private(set) var retiredWeight = 0

  /// An empty database whose entries `limits` measures.
  init(limits: DatabaseLimits) {
    self.limits = limits
  }

  /// Whether no entry and no owner is left.
  var isEmpty: Bool {
    families.isEmpty && sizes.isEmpty && owners.isEmpty && held.allSatisfy(\.isEmpty)
      && !hasRetired && weight == 0 && retiredWeight == 0
  }

  /// The number of keys of a family, in the merge of all owners.
  func count(of family: String) -> Int { families[family]?.count ?? 0 }

  /// The size of a family, in the merge of all owners.
  func size(of family: String) -> FamilySize { sizes[family] ?? FamilySize() }

  /// The value that shows for a key.
  func value(_ family: String, _ key: String) -> Value? { families[family]?[key]?.first.value }

  /// The keys of a family.
  func keys(of family: String) -> [String] { families[family].map { Array($0.keys) } ?? [] }

  /// The values of a family, in the order of ``keys(of:)``.
  func values(of family: String) -> [Value] {
    families[family].map { $0.values.map(\.first.value) } ?? []
  }

  /// The keys and values that show in a family.
  func contents(of family: String) -> TextDictionary<Value> {
    families[family].map { $0.mapValues(\.first.value) } ?? [:]
  }

  /// The merge of our owners for a family.
  func contentsOfOurs(_ family: String) -> TextDictionary<Value> {
    families[family]?.compactMapValues { $0.first(ofOurs: isOurs)?.value } ?? [:]
  }

  /// The greatest value of our owners for a key.
  func valueOfOurs(_ family: String, _ key: String) -> Value? {
    families[family]?[key]?.first(ofOurs: isOurs)?.value
  }

  /// All families that have keys.
  var familyNames: [String] { Array(families.keys) }

  /// Whether ``add(owner:isOurs:)`` was called for this owner.
  func knows(owner: String) -> Bool { owners[owner] != nil }

  /// Adds an owner; an owner that was added before stays as it is.
  mutating func add(owner: String, isOurs: Bool) {
    if owners[owner] != nil { return }
    if let index = freeIndices.popLast() {
      self.isOurs[Int(index)] = isOurs
      owners[owner] = index
    } else {
      owners[owner] = OwnerIndex(self.isOurs.count)
      self.isOurs.append(isOurs)
      held.append([:])
      weights.append(0)
    }
  }

  /// Whether the owner holds any entry.
  func holdsEntries(owner: String) -> Bool {
    owners[owner].map { !held[Int($0)].isEmpty } ?? false
  }

  /// Sets, then deletes keys of one family in the owner's database; does nothing for an unknown owner.
  ///
  /// With a `quota` the owner may hold that many bytes, and the database as many as its limit.
  ///
  /// - Returns: the number of entries that were left out because of that, and the work besides
  ///   writing, in bytes of packets.
  @discardableResult
  mutating func update(
    owner: String, family: String, set: TextDictionary<Value>, deleted: [String],
    quota: Int = .max, into changes: inout DatabaseChanges
  ) -> (refused: Int, cost: Int) {
    guard let index = owners[owner] else { return (0, 0) }
    let before = weights[Int(index)]
    let room = limits.maximumDatabase - (weight - before)
    var writer = EntryWriter(
      owner: index, isOurs: isOurs, limits: limits, family: family, weight: before,
      bound: quota == .max ? .max : min(quota, room))
    // Both tables are looked up once and written in place, whatever the number of keys.
    writer.write(
      set, deleted, to: &families[family, default: [:]],
      &held[Int(index)][family, default: []],
      familySize: EntryWriter.size(ofFamily: family, limits))
    if held[Int(index)][family]?.isEmpty == true {
      held[Int(index)][family] = nil
      held[Int(index)].shrink()
    }
    weights[Int(index)] = writer.weight
    weight += writer.weight - before
    finish(family, writer, &changes)
    return (writer.refused, writer.cost)
  }

  /// Retires an owner that is gone: its entries show until ``sweep(share:into:)`` erases them.
  ///
  /// The name may be added again at once, as another owner. That owner needs the room of the old
  /// entries, so retired entries do not count any more.
  mutating func retire(owner: String) {
    guard let index = owners.removeValue(forKey: owner) else { return }
    weight -= weights[Int(index)]
    retiredWeight += weights[Int(index)]
    retired.later.append(
      RetiredOwner(
        name: owner, index: index, weight: weights[Int(index)], families: held[Int(index)]))
    weights[Int(index)] = 0
    held[Int(index)] = [:]
  }

  /// Whether entries of retired owners are left.
  var hasRetired: Bool { !retired.next.isEmpty || !retired.later.isEmpty }

  /// Erases entries of the owner that was retired first, until the work has reached `share`.
  ///
  /// - Returns: the work in bytes of packets, and the owner's name if its last entries were erased.
  mutating func sweep(share: Int, into changes: inout DatabaseChanges) -> (cost: Int, gone: String?)
  {
    if retired.next.isEmpty {
      retired.next = retired.later.reversed()
      retired.later = []
    }
    guard var owner = retired.next.popLast() else { return (0, nil) }
    var cost = 0
    var erased = 0
    while cost < share, let family = owner.family {
      var writer = EntryWriter(
        owner: owner.index, isOurs: isOurs, limits: limits, family: family, weight: 0)
      repeat {
        writer.erase(owner.next(atMost: 64), from: &families[family, default: [:]])
      } while cost + writer.cost - writer.weight < share && owner.family == family
      finish(family, writer, &changes)
      erased -= writer.weight
      cost += DatabaseLimits.envelope + writer.cost - writer.weight
    }
    owner.weight -= erased
    retiredWeight -= erased
    if owner.isDone {
      // The rest is the size of its families.
      retiredWeight -= owner.weight
      freeIndices.append(owner.index)
      return (cost, owner.name)
    }
    retired.next.append(owner)
    return (cost, nil)
  }

  /// Drops a family that became empty, and adds its changes to `changes`.
  private mutating func finish(
    _ family: String, _ writer: EntryWriter, _ changes: inout DatabaseChanges
  ) {
    sizes[family, default: FamilySize()] += writer.growth
    digest += writer.digest
    if families[family]?.isEmpty == true {
      families[family] = nil
      families.shrink()
      sizes[family] = nil
      sizes.shrink()
    }
    changes.all.merge(family, writer.all)
    changes.ours.merge(family, writer.ours)
  }
}

/// The changes of an operation in a ``MergedDatabase``, in both of its views.
struct DatabaseChanges: Equatable {
  /// The changes of the view for slaves: the merge of all owners.
  var all: TextDictionary<FamilyChange> = [:]
  /// The changes of the view for other global nodes: the merge of this node and its slaves.
  var ours: TextDictionary<FamilyChange> = [:]

  var isEmpty: Bool { all.isEmpty && ours.isEmpty }
}

extension TextDictionary<FamilyChange> {
  /// Adds a later change of a family to an earlier one.
  fileprivate mutating func merge(_ family: String, _ change: FamilyChange) {
    if change.isEmpty { return }
    guard var earlier = removeValue(forKey: family) else {
      self[family] = change
      return
    }
    for (key, value) in change.set { earlier.set[key] = value }
    for key in change.deleted { earlier.set[key] = nil }
    if !earlier.deleted.isEmpty, !change.set.isEmpty {
      earlier.deleted.removeAll { change.set[$0] != nil }
    }
    earlier.deleted += change.deleted
    // An upper bound: a key in both changes counts twice.
    if let size = earlier.size { earlier.size = change.size.map { size + $0 } }
    self[family] = earlier
  }
}
