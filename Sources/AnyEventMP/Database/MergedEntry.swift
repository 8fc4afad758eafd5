import AEValue

/// The number of an owner in a ``MergedDatabase``.
typealias OwnerIndex = UInt32

/// A family of a ``MergedDatabase``: its keys and who holds them.
typealias MergedFamily = TextDictionary<MergedEntry>

/// Who holds a key, and with which value.
struct Holder {
  var value: Value
  var owner: OwnerIndex
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

  /// The greatest value among holders that are ours.
  func value(ofOurs isOurs: [Bool]) -> Value? {
    switch self {
    // A bare nil would be taken for the value null.
    case .one(let holder): isOurs[Int(holder.owner)] ? holder.value : Value?.none
    case .several(let holders): holders.first { isOurs[Int($0.owner)] }?.value
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

  /// What the owner's value is.
  func value(of owner: OwnerIndex) -> Value? {
    switch self {
    case .one(let holder): holder.owner == owner ? holder.value : Value?.none
    case .several(let holders): holders.first { $0.owner == owner }?.value
    }
  }
}
