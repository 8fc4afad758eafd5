import AEValue

extension DatabaseClient {
  /// How a new monitor gets the family's present contents.
  enum MonitorStart: Equatable {
    /// They are in ``DatabaseClient/copy(of:)`` already: hand them out as added keys.
    case now
    /// They come with the next ``Action/familyChanged(_:added:changed:deleted:)`` of that family,
    /// which comes even when the family is empty.
    case later
  }

  /// One more monitor for a family.
  mutating func monitor(_ family: String) -> (MonitorStart, [Action]) {
    if let copy = copies[family] {
      copies[family]?.monitors += 1
      return (copy.isAnswered ? .now : .later, [])
    }
    copies[family] = Copy()
    var actions: [Action] = []
    ask([.string("g_mon1"), .string(family)], &actions)
    return (.later, actions)
  }

  /// One monitor less; with the last one the copy goes.
  mutating func unmonitor(_ family: String) -> [Action] {
    guard let copy = copies[family] else { return [] }
    if copy.monitors > 1 {
      copies[family]?.monitors -= 1
      return []
    }
    copies[family] = nil
    var actions: [Action] = []
    ask([.string("g_mon0"), .string(family)], &actions)
    return actions
  }

  /// What a monitored family holds, as far as the master has told; nil when not monitored.
  func copy(of family: String) -> TextDictionary<Value>? { copies[family]?.contents }

  /// `g_chg1` arrived: the whole family, compared with what we had.
  mutating func changed1(
    from sender: String, family: String, _ contents: TextDictionary<Value>
  ) -> [Action] {
    guard sender == master, let copy = copies[family] else { return [] }
    var added: [String] = []
    var changed: [String] = []
    for (key, value) in contents {
      switch copy.contents[key] {
      case nil: added.append(key)
      case value: break
      default: changed.append(key)
      }
    }
    let deleted = copy.contents.keys.filter { contents[$0] == nil }
    copies[family]?.contents = contents
    copies[family]?.isAwaited = false
    copies[family]?.isAnswered = true
    if copy.isAnswered, added.isEmpty, changed.isEmpty, deleted.isEmpty { return [] }
    return [.familyChanged(family, added: added, changed: changed, deleted: deleted)]
  }

  /// `g_chg2` arrived: some keys of a family.
  ///
  /// Before the whole family has come from this master it says nothing that the whole won't, and is
  /// ignored. Keys that we had already, or never had, don't show.
  mutating func changed2(
    from sender: String, family: String, _ change: FamilyChange
  ) -> [Action] {
    guard sender == master, copies[family]?.isAwaited == false else { return [] }
    var added: [String] = []
    var changed: [String] = []
    var deleted: [String] = []
    for (key, value) in change.set {
      switch copies[family]?.contents.updateValue(value, forKey: key) {
      case nil: added.append(key)
      case value: break
      default: changed.append(key)
      }
    }
    for key in change.deleted where copies[family]?.contents.removeValue(forKey: key) != nil {
      deleted.append(key)
    }
    if !deleted.isEmpty {
      // Whoever sets and deletes a key in one change has deleted it.
      let news = TextSet(added)
      added.removeAll { copies[family]?.contents[$0] == nil }
      changed.removeAll { copies[family]?.contents[$0] == nil }
      deleted.removeAll { news.contains($0) }
    }
    if added.isEmpty, changed.isEmpty, deleted.isEmpty { return [] }
    return [.familyChanged(family, added: added, changed: changed, deleted: deleted)]
  }
}
