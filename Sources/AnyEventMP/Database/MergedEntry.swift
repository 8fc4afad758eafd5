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
