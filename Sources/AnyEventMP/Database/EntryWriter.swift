import AEValue

/// Writes one owner's keys into a merged family, in place, and notes the changes of both views.
///
/// A key without holders, the normal case when a whole database arrives, costs one look-up in each
/// table that it goes into.
struct EntryWriter {
  let owner: OwnerIndex
  /// Whether the owner with that index is ours.
  let isOurs: [Bool]
  /// The limits, which measure keys and values.
  let limits: DatabaseLimits
  /// The growth of the merge of all owners.
  private(set) var growth = FamilySize()
  /// How the digest of that merge changes.
  private(set) var digest: DatabaseDigest
  /// The changes of the merge of all owners.
  private(set) var all = FamilyChange(size: 0)
  /// The changes of the merge of our owners.
  private(set) var ours = FamilyChange(size: 0)
  /// The size of all entries of the owner, with its families, in bytes.
  private(set) var weight: Int
  /// The most bytes that the entries of the owner may take.
  let bound: Int
  /// The number of entries that were left out because of this bound.
  private(set) var refused = 0
  /// The work besides writing, in bytes of packets: values of other owners that show again are sent
  /// again, and all holders of a key are looked at.
  private(set) var cost = 0

  init(
    owner: OwnerIndex, isOurs: [Bool], limits: DatabaseLimits, family: String, weight: Int,
    bound: Int = .max
  ) {
    digest = DatabaseDigest(family: family)
    self.owner = owner
    self.isOurs = isOurs
    self.limits = limits
    self.weight = weight
    self.bound = bound
  }

  /// The size of a family of this name, besides the keys that the owner holds in it.
  static func size(ofFamily name: String, _ limits: DatabaseLimits) -> Int {
    // The tables of a family take about 1000 bytes, however few keys are in them.
    1000 + limits.size(of: name)
  }

  /// Sets, then deletes keys; `held` are the owner's keys in the family, and `familySize` is its size without keys.
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

  /// Makes room for many keys at once, but for no more than the keys need and the bound allows.
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
      // An entry that replaces a larger one is accepted even beyond the bound.
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
      digest.add(key, value)
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
    if all.note(key, keySize, before.first, after?.first, of: owner) {
      growth.remove(key: keySize, entry: Int(before.first.size))
      digest.remove(key, before.first.value)
      if let after {
        digest.add(key, after.first.value)
        growth.add(key: keySize, entry: Int(after.first.size))
        if after.first.owner != owner { cost += Int(after.first.size) }
      }
    }
    ours.note(
      key, keySize, before.first(ofOurs: isOurs), after?.first(ofOurs: isOurs), of: owner)
  }

  /// The work for a look at one more holder of a key.
  private static let holderCost = 32
}

extension FamilyChange {
  /// Notes the value that the view shows before and after an owner has changed its own; returns whether it has
  /// changed.
  // A method of the view: one of the writer would copy the writer for the call, and the lists of the view with it.
  @discardableResult
  fileprivate mutating func note(
    _ key: String, _ keySize: Int, _ before: Holder?, _ after: Holder?, of owner: OwnerIndex
  ) -> Bool {
    // Only this owner's value can have come or gone. Values of other owners are not compared,
    // because that takes time in proportion to their size.
    if before?.owner != owner, after?.owner != owner { return false }
    if before?.value == after?.value { return false }
    if let after {
      set[key] = after.value
      size? += Int(after.size)
    } else {
      deleted.append(key)
      size? += keySize
    }
    return true
  }
}
