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

  mutating func add(_ key: String, _ value: Value, _ limits: DatabaseLimits) {
    add(key: limits.size(of: key), entry: limits.size(of: key, value))
  }

  mutating func remove(_ key: String, _ value: Value, _ limits: DatabaseLimits) {
    let size = limits.size(of: key)
    keys -= size
    values -= limits.size(of: key, value) - size
  }

  static func += (size: inout FamilySize, growth: FamilySize) {
    size.keys += growth.keys
    size.values += growth.values
  }
}
