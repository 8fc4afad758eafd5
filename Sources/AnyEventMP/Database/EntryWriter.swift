import AEValue

/// Writes one owner's keys into a merged family, in place, and notes what changes in both views.
///
/// A key that nobody held, the normal case when a whole database arrives, costs one look-up in each
/// table that it goes into.
struct EntryWriter {
  let owner: OwnerIndex
  /// Whether the owner with that index is ours.
  let isOurs: [Bool]
  /// What measures keys and values.
  let limits: DatabaseLimits
  /// By how much the merge of all has grown.
  private(set) var growth = FamilySize()
  /// What changed in the merge of all.
  private(set) var all = FamilyChange()
  /// What changed in the merge of ours.
  private(set) var ours = FamilyChange()
  /// What all that the owner holds takes, in bytes.
  private(set) var weight: Int
  /// What it may take.
  let bound: Int
  /// How many entries were left out because they would take more.
  private(set) var refused = 0

  init(
    owner: OwnerIndex, isOurs: [Bool], limits: DatabaseLimits, weight: Int, bound: Int = .max
  ) {
    self.owner = owner
    self.isOurs = isOurs
    self.limits = limits
    self.weight = weight
    self.bound = bound
  }

  /// Sets, then deletes keys; `held` are those that the owner holds.
  mutating func write(
    _ set: TextDictionary<Value>, _ deleted: [String],
    to family: inout MergedFamily, _ held: inout TextSet
  ) {
    reserve(set.count, family.isEmpty, &family, &held)
    for (key, value) in set { write(key, value, to: &family, &held) }
    for key in deleted where held.remove(key) != nil { erase(key, from: &family) }
  }

  /// Deletes keys that the owner holds.
  mutating func erase(_ keys: some Sequence<String>, from family: inout MergedFamily) {
    for key in keys { erase(key, from: &family) }
  }

  /// Makes room for many keys at once; never more than they need themselves.
  private mutating func reserve(
    _ count: Int, _ isNew: Bool, _ family: inout MergedFamily, _ held: inout TextSet
  ) {
    if count > family.count { family.reserveCapacity(count) }
    if count > held.count { held.reserveCapacity(count) }
    guard isNew else { return }
    all.set.reserveCapacity(count)
    if isOurs[Int(owner)] { ours.set.reserveCapacity(count) }
  }

  private mutating func write(
    _ key: String, _ value: Value, to family: inout MergedFamily, _ held: inout TextSet
  ) {
    let keySize = limits.size(of: key)
    let size = keySize + limits.size(of: value)
    if weight + size > bound {
      // What it replaces makes room, and what is no larger takes none.
      let old = family[key]?.value(of: owner).map { limits.size(of: key, $0) } ?? 0
      if size > old, weight + size - old > bound {
        refused += 1
        return
      }
    }
    weight += size
    let holder = Holder(value: value, owner: owner)
    guard let before = family.updateValue(.one(holder), forKey: key) else {
      held.insert(key)
      all.set[key] = value
      growth.add(key: keySize, entry: size)
      if isOurs[Int(owner)] { ours.set[key] = value }
      return
    }
    let after = before.setting(holder)
    if case .several = after { family[key] = after }
    if let old = before.value(of: owner) {
      weight -= limits.size(of: key, old)
    } else {
      held.insert(key)
    }
    note(key, before, after)
  }

  private mutating func erase(_ key: String, from family: inout MergedFamily) {
    guard let slot = family.index(forKey: key) else { return }
    let before = family.values[slot]
    if let old = before.value(of: owner) { weight -= limits.size(of: key, old) }
    let after = before.removing(owner)
    if let after { family.values[slot] = after } else { family.remove(at: slot) }
    note(key, before, after)
  }

  private mutating func note(_ key: String, _ before: MergedEntry, _ after: MergedEntry?) {
    // A value that shows on is not measured again, whoever else changes one behind it.
    if before.first.value != after?.first.value {
      growth.remove(key, before.first.value, limits)
      if let after { growth.add(key, after.first.value, limits) }
    }
    DatabaseChanges.note(key, before.first.value, after?.first.value, in: &all)
    DatabaseChanges.note(
      key, before.value(ofOurs: isOurs), after?.value(ofOurs: isOurs), in: &ours)
  }
}
