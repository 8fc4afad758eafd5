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
  private(set) var all = FamilyChange(size: 0)
  /// What changed in the merge of ours.
  private(set) var ours = FamilyChange(size: 0)
  /// What all that the owner holds takes, in bytes, with its families.
  private(set) var weight: Int
  /// What it may take.
  let bound: Int
  /// How many entries were left out because they would take more.
  private(set) var refused = 0
  /// What was done beside writing, in bytes that packets take for it: values of others that show again are
  /// sent again, and all holders of a key are looked at.
  private(set) var cost = 0

  init(
    owner: OwnerIndex, isOurs: [Bool], limits: DatabaseLimits, weight: Int, bound: Int = .max
  ) {
    self.owner = owner
    self.isOurs = isOurs
    self.limits = limits
    self.weight = weight
    self.bound = bound
  }

  /// What a family of that name takes, beside the keys that the owner holds in it.
  static func size(ofFamily name: String, _ limits: DatabaseLimits) -> Int {
    // About what the tables take that belong to it, however few keys are in them.
    1000 + limits.size(of: name)
  }

  /// Sets, then deletes keys; `held` are those that the owner holds in the family, which takes so much.
  mutating func write(
    _ set: TextDictionary<Value>, _ deleted: [String],
    to family: inout MergedFamily, _ held: inout TextSet, familySize: Int
  ) {
    if held.isEmpty { weight += familySize }
    reserve(set.count, family.isEmpty, &family, &held)
    for (key, value) in set { write(key, value, to: &family, &held) }
    for key in deleted where held.remove(key) != nil { erase(key, from: &family) }
    if held.isEmpty { weight -= familySize }
    if deleted.isEmpty { return }
    family.shrink()
    held.shrink()
  }

  /// Deletes keys that the owner holds.
  mutating func erase(_ keys: some Sequence<String>, from family: inout MergedFamily) {
    for key in keys { erase(key, from: &family) }
    family.shrink()
  }

  /// Makes room for many keys at once; never more than they need themselves, and may have.
  private mutating func reserve(
    _ count: Int, _ isNew: Bool, _ family: inout MergedFamily, _ held: inout TextSet
  ) {
    let smallest = limits.size(of: "", .null)
    let count = min(count, bound == .max ? count : max(0, bound - weight) / smallest)
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
      let old = Int(family[key]?.holder(owner)?.size ?? 0)
      if size > old, weight + size - old > bound {
        refused += 1
        return
      }
    }
    let holder = Holder(value: value, owner: owner, size: UInt32(clamping: size))
    weight += Int(holder.size)
    guard let before = family.updateValue(.one(holder), forKey: key) else {
      held.insert(key)
      all.set[key] = value
      all.size? += size
      growth.add(key: keySize, entry: Int(holder.size))
      if isOurs[Int(owner)] {
        ours.set[key] = value
        ours.size? += size
      }
      return
    }
    let after = before.setting(holder)
    if case .several = after { family[key] = after }
    if let old = before.holder(owner) {
      weight -= Int(old.size)
    } else {
      held.insert(key)
    }
    note(key, keySize, before, after)
  }

  private mutating func erase(_ key: String, from family: inout MergedFamily) {
    guard let slot = family.index(forKey: key) else { return }
    let before = family.values[slot]
    if let old = before.holder(owner) { weight -= Int(old.size) }
    let after = before.removing(owner)
    if let after { family.values[slot] = after } else { family.remove(at: slot) }
    note(key, limits.size(of: key), before, after)
  }

  private mutating func note(
    _ key: String, _ keySize: Int, _ before: MergedEntry, _ after: MergedEntry?
  ) {
    if case .several(let holders) = before { cost += Self.holderCost * holders.count }
    if note(key, keySize, before.first, after?.first, in: &all) {
      growth.remove(key: keySize, entry: Int(before.first.size))
      if let after {
        growth.add(key: keySize, entry: Int(after.first.size))
        if after.first.owner != owner { cost += Int(after.first.size) }
      }
    }
    _ = note(
      key, keySize, before.first(ofOurs: isOurs), after?.first(ofOurs: isOurs), in: &ours)
  }

  /// What a look at one more holder of a key counts for.
  private static let holderCost = 32

  /// Notes who shows in a view, before and after; whether another value does.
  private func note(
    _ key: String, _ keySize: Int, _ before: Holder?, _ after: Holder?,
    in view: inout FamilyChange
  ) -> Bool {
    // Only this owner's value can have come or gone. Others are not compared, since that takes as long
    // as they are large.
    if before?.owner != owner, after?.owner != owner { return false }
    if before?.value == after?.value { return false }
    if let after {
      view.set[key] = after.value
      view.size? += Int(after.size)
    } else {
      view.deleted.append(key)
      view.size? += keySize
    }
    return true
  }
}
