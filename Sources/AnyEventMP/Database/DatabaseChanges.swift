import AEValue

/// What an operation changed in a ``MergedDatabase``, in both of its views.
struct DatabaseChanges: Equatable {
  /// In what shows to slaves: the merge of all owners.
  var all: TextDictionary<FamilyChange> = [:]
  /// In what other global nodes get: the merge of ourselves and our slaves.
  var ours: TextDictionary<FamilyChange> = [:]

  var isEmpty: Bool { all.isEmpty && ours.isEmpty }
}
