import AEValue

/// The databases of many owners merged into one: per key the greatest value shows.
///
/// An owner is a node, or the global service itself. Owners are *ours* (ourselves and our slaves)
/// or *theirs* (other global nodes). There are two views: the merge of all, which slaves see, and the
/// merge of ours, which the other global nodes get.
///
/// Setting or deleting a key costs the same however many keys there are; removing an owner costs
/// as much as it has keys. A key costs one slot of its family's table and one of its owner's set.
struct MergedDatabase {
  private let limits: DatabaseLimits
  private var families: TextDictionary<MergedFamily> = [:]
  private var sizes: TextDictionary<FamilySize> = [:]
  private var owners: TextDictionary<OwnerIndex> = [:]
  /// By the owner's index: family → the keys that it holds.
  private var held: [TextDictionary<TextSet>] = []
  /// Whether the owner with that index is ours.
  private var isOurs: [Bool] = []
  private var freeIndices: [OwnerIndex] = []

  /// An empty one whose entries are measured so.
  init(limits: DatabaseLimits) {
    self.limits = limits
  }

  /// Whether nothing is in it.
  var isEmpty: Bool {
    families.isEmpty && sizes.isEmpty && owners.isEmpty && held.allSatisfy(\.isEmpty)
  }

  /// The number of keys of a family, in the view of all.
  func count(of family: String) -> Int { families[family]?.count ?? 0 }

  /// How large a family is, in the view of all.
  func size(of family: String) -> FamilySize { sizes[family] ?? FamilySize() }

  /// The value that shows.
  func value(_ family: String, _ key: String) -> Value? { families[family]?[key]?.first.value }

  /// The keys of a family.
  func keys(of family: String) -> [String] { families[family].map { Array($0.keys) } ?? [] }

  /// The values of a family, in the order of ``keys(of:)``.
  func values(of family: String) -> [Value] {
    families[family].map { $0.values.map(\.first.value) } ?? []
  }

  /// A family as it shows.
  func contents(of family: String) -> TextDictionary<Value> {
    families[family].map { $0.mapValues(\.first.value) } ?? [:]
  }

  /// All that ourselves and our slaves hold, merged.
  func contentsOfOurs() -> DatabaseContents {
    var contents: DatabaseContents = [:]
    for (family, entries) in families {
      let values = entries.compactMapValues { $0.value(ofOurs: isOurs) }
      if !values.isEmpty { contents[family] = values }
    }
    return contents
  }

  /// Whether ``add(owner:isOurs:)`` was called for it.
  func knows(owner: String) -> Bool { owners[owner] != nil }

  /// Makes the owner known; of an owner that is known nothing changes.
  mutating func add(owner: String, isOurs: Bool) {
    if owners[owner] != nil { return }
    if let index = freeIndices.popLast() {
      self.isOurs[Int(index)] = isOurs
      owners[owner] = index
    } else {
      owners[owner] = OwnerIndex(self.isOurs.count)
      self.isOurs.append(isOurs)
      held.append([:])
    }
  }

  /// Sets, then deletes keys of one family in the owner's database; nothing for an unknown owner.
  mutating func update(
    owner: String, family: String, set: TextDictionary<Value>, deleted: [String],
    into changes: inout DatabaseChanges
  ) {
    guard let index = owners[owner] else { return }
    var writer = EntryWriter(owner: index, isOurs: isOurs, limits: limits)
    // Both tables are looked up once and written in place, whatever the number of keys.
    writer.write(
      set, deleted, to: &families[family, default: [:]],
      &held[Int(index)][family, default: []])
    if held[Int(index)][family]?.isEmpty == true { held[Int(index)][family] = nil }
    finish(family, writer, &changes)
  }

  /// Replaces all that the owner holds; nothing for an unknown owner.
  mutating func replace(
    owner: String, with contents: DatabaseContents, into changes: inout DatabaseChanges
  ) {
    guard let index = owners[owner] else { return }
    for family in Array(held[Int(index)].keys) {
      let wanted = contents[family] ?? [:]
      let gone = held[Int(index)][family]?.filter { wanted[$0] == nil } ?? []
      update(owner: owner, family: family, set: [:], deleted: Array(gone), into: &changes)
    }
    for (family, entries) in contents {
      update(owner: owner, family: family, set: entries, deleted: [], into: &changes)
    }
  }

  /// Removes the owner and all that it holds.
  mutating func remove(owner: String, into changes: inout DatabaseChanges) {
    guard let index = owners.removeValue(forKey: owner) else { return }
    for (family, keys) in held[Int(index)] {
      var writer = EntryWriter(owner: index, isOurs: isOurs, limits: limits)
      writer.erase(keys, from: &families[family, default: [:]])
      finish(family, writer, &changes)
    }
    held[Int(index)] = [:]
    freeIndices.append(index)
  }

  /// Drops a family that became empty and merges its change into `changes`.
  private mutating func finish(
    _ family: String, _ writer: EntryWriter, _ changes: inout DatabaseChanges
  ) {
    sizes[family, default: FamilySize()] += writer.growth
    if families[family]?.isEmpty == true {
      families[family] = nil
      sizes[family] = nil
    }
    changes.all.merge(family, writer.all)
    changes.ours.merge(family, writer.ours)
  }
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
    if !earlier.deleted.isEmpty { earlier.deleted.removeAll { change.set[$0] != nil } }
    earlier.deleted += change.deleted
    self[family] = earlier
  }
}
