import AEValue

/// How large a family is at most in a packet, in bytes, kept up to date at each change.
///
/// So a question for a family that is too large for an answer costs no look at the family.
struct FamilySize: Equatable {
  var keys = 0
  var values = 0

  /// What the answer to that question holds.
  func bytes(for query: DatabaseQuery) -> Int {
    switch query {
    case .family: keys + values
    case .keys: keys
    case .values: values
    }
  }

  /// Adds an entry: what its key takes, and what key and value take.
  mutating func add(key: Int, entry: Int) {
    keys += key
    values += entry - key
  }

  /// Takes an entry away, of which the same is said.
  mutating func remove(key: Int, entry: Int) {
    add(key: -key, entry: -entry)
  }

  static func += (size: inout FamilySize, growth: FamilySize) {
    size.keys += growth.keys
    size.values += growth.values
  }
}
