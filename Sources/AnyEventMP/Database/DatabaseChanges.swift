import AEValue

/// What an operation changed in a ``MergedDatabase``, in both of its views.
struct DatabaseChanges: Equatable {
  /// In what shows to slaves: the merge of all owners.
  var all: TextDictionary<FamilyChange> = [:]
  /// In what other global nodes get: the merge of ourselves and our slaves.
  var ours: TextDictionary<FamilyChange> = [:]

  var isEmpty: Bool { all.isEmpty && ours.isEmpty }

  /// Notes that a key's value in a view went from one to another, nil being "not there"; whether these
  /// differ.
  static func note(
    _ key: String, _ before: Value?, _ after: Value?, in view: inout FamilyChange
  ) -> Bool {
    if before == after { return false }
    if let after { view.set[key] = after } else { view.deleted.append(key) }
    return true
  }
}
