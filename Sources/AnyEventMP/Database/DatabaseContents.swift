import AEValue

/// A database of one owner: family → key → value.
typealias DatabaseContents = TextDictionary<TextDictionary<Value>>

/// What a query asks for.
enum DatabaseQuery: String {
  /// The whole family: a hash.
  case family = "g_db_family"
  /// Its keys: an array of strings.
  case keys = "g_db_keys"
  /// Its values: an array.
  case values = "g_db_values"
}

/// A change of one family.
struct FamilyChange {
  /// Keys that are new or have another value, with the value that shows now.
  var set: TextDictionary<Value> = [:]
  /// Keys that are gone.
  var deleted: [String] = []
  /// What these take in a packet, in bytes; nil: nobody has measured it.
  var size: Int?

  var isEmpty: Bool { self.set.isEmpty && deleted.isEmpty }
}

extension FamilyChange: Equatable {
  /// Whether both change the same, whoever has measured it.
  static func == (first: FamilyChange, second: FamilyChange) -> Bool {
    first.set == second.set && first.deleted == second.deleted
  }
}
