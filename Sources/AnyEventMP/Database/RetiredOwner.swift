import AEValue

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
