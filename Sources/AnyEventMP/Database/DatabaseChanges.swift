import AEValue

/// What an operation changed in a ``MergedDatabase``, in both of its views.
struct DatabaseChanges: Equatable {
  /// In what shows to slaves: the merge of all owners.
  var all: TextDictionary<FamilyChange> = [:]
  /// In what other global nodes get: the merge of ourselves and our slaves.
  var ours: TextDictionary<FamilyChange> = [:]

  var isEmpty: Bool { all.isEmpty && ours.isEmpty }

  /// Notes that a key's value in a view went from one to another; nil is "not there".
  static func note(
    _ key: String, _ before: Value?, _ after: Value?, in view: inout FamilyChange
  ) {
    if before == after { return }
    if let after { view.set[key] = after } else { view.deleted.append(key) }
  }
}
