import AEValue

/// Builds the requests that carry entries, none larger than the limits allow.
///
/// Families and keys that don't fit into the first packet follow as further ones.
enum DatabaseMessages {
  /// `[request, family, set, deleted]`, or several when it is too large for one packet.
  ///
  /// The request is `g_upd` or `g_chg2`.
  static func change(
    _ request: String, _ family: String, _ change: FamilyChange, _ limits: DatabaseLimits
  ) -> [[Value]] {
    if change.isEmpty { return [] }
    let empty = DatabaseLimits.envelope + limits.size(of: family)
    // The normal case: nothing is copied.
    if limits.fits([family: change.set], change.deleted) {
      return [message(request, family, change)]
    }
    var messages: [[Value]] = []
    var part = FamilyChange()
    var size = empty
    func flush() {
      messages.append(message(request, family, part))
      part = FamilyChange()
      size = empty
    }
    for (key, value) in change.set {
      let entry = limits.size(of: key, value)
      if size + entry > limits.maximumSize, !part.isEmpty { flush() }
      part.set[key] = value
      size += entry
    }
    for key in change.deleted {
      let entry = limits.size(of: key)
      if size + entry > limits.maximumSize, !part.isEmpty { flush() }
      part.deleted.append(key)
      size += entry
    }
    if !part.isEmpty { flush() }
    return messages
  }

  private static func message(
    _ request: String, _ family: String, _ change: FamilyChange
  ) -> [Value] {
    var message: [Value] = [
      .string(request), .string(family), change.set.isEmpty ? .null : .hash(change.set),
    ]
    if !change.deleted.isEmpty { message.append(.array(change.deleted.map { .string($0) })) }
    return message
  }

  /// `["g_chg1", family, contents]`, and `g_chg2` with what is too much for it.
  static func whole(
    _ family: String, _ contents: [String: Value], _ limits: DatabaseLimits
  ) -> [[Value]] {
    var messages = change("g_chg1", family, FamilyChange(set: contents), limits)
    if messages.isEmpty { return [[.string("g_chg1"), .string(family), .hash([:])]] }
    for index in messages.indices.dropFirst() { messages[index][0] = .string("g_chg2") }
    return messages
  }

  /// `[request, {family: {key: value}}]`, and `g_upd`s with what is too much for it.
  ///
  /// The request is `g_slave` or `g_set`. The entry of `owner` in `'l` is always in the first.
  static func database(
    _ request: String, _ contents: DatabaseContents, owner: String, _ limits: DatabaseLimits
  ) -> [[Value]] {
    // The normal case: nothing is copied.
    if limits.fits(contents) {
      return [[.string(request), .hash(contents.mapValues { .hash($0) })]]
    }
    var first: DatabaseContents = [:]
    var size = DatabaseLimits.envelope
    let listeners = InternalFamily.listeners
    if let own = contents[listeners]?[owner] {
      first[listeners] = [owner: own]
      size += limits.size(of: owner, own) + limits.size(of: listeners)
    }
    var later: [(String, FamilyChange)] = []
    for (family, entries) in contents.sorted(by: { $0.key < $1.key }) {
      let isStarted = first[family] != nil
      let head = isStarted ? 0 : limits.size(of: family)
      var rest = FamilyChange()
      var taken = first[family] ?? [:]
      for (key, value) in entries where !(isStarted && taken[key] != nil) {
        let entry = limits.size(of: key, value)
        if rest.isEmpty, size + (taken.isEmpty ? head : 0) + entry <= limits.maximumSize {
          size += (taken.isEmpty ? head : 0) + entry
          taken[key] = value
        } else {
          rest.set[key] = value
        }
      }
      if !taken.isEmpty { first[family] = taken }
      if !rest.isEmpty { later.append((family, rest)) }
    }
    var messages: [[Value]] = [[.string(request), .hash(first.mapValues { .hash($0) })]]
    for (family, rest) in later { messages += change("g_upd", family, rest, limits) }
    return messages
  }
}
