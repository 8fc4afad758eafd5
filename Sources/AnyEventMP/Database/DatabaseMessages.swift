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
    measured(request, family, change, limits).map(\.message)
  }

  /// Builds the messages of a change, each with its size in a packet.
  static func measured(
    _ request: String, _ family: String, _ change: FamilyChange, _ limits: DatabaseLimits
  ) -> [(message: [Value], size: Int)] {
    if change.isEmpty { return [] }
    // In the normal case everything fits into one packet, and nothing is copied.
    if let size = limits.packetSize(of: change, in: family) {
      return [(message(request, family, change), size)]
    }
    let empty = DatabaseLimits.envelope + limits.size(of: family)
    var messages: [(message: [Value], size: Int)] = []
    var part = FamilyChange()
    var size = empty
    func flush() {
      messages.append((message(request, family, part), size))
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

  /// `["g_chg1", family, contents]`, and a `g_chg2` for each further packet.
  static func whole(
    _ family: String, _ contents: TextDictionary<Value>, _ limits: DatabaseLimits
  ) -> [[Value]] {
    var messages = change("g_chg1", family, FamilyChange(set: contents), limits)
    if messages.isEmpty { return [[.string("g_chg1"), .string(family), .hash([:])]] }
    for index in messages.indices.dropFirst() { messages[index][0] = .string("g_chg2") }
    return messages
  }

  /// `[request, {"'l": {key: value}}]`, and a `g_upd` for each other family.
  ///
  /// The request is `g_slave` or `g_set`. The addresses go alone, before all other families, for
  /// the reason in ``inOrder(_:)``: within one packet a hash has no order. The entry of `owner` in
  /// `'l` is always in the first message. A message that stays in this process has no limits, so it
  /// contains everything.
  static func database(
    _ request: String, _ contents: DatabaseContents, owner: String, _ limits: DatabaseLimits
  ) -> [[Value]] {
    if limits == .none {
      return [[.string(request), .hash(contents.mapValues { .hash($0) })]]
    }
    let family = InternalFamily.listeners
    var first = contents[family] ?? [:]
    var later = FamilyChange()
    if limits.packetSize(of: [family: first]) == nil {
      var size = DatabaseLimits.envelope + limits.size(of: family)
      let all = first
      first = [:]
      if let own = all[owner] {
        first[owner] = own
        size += limits.size(of: owner, own)
      }
      for (key, value) in all where key != owner {
        size += limits.size(of: key, value)
        if size <= limits.maximumSize { first[key] = value } else { later.set[key] = value }
      }
    }
    var messages: [[Value]] = [
      [.string(request), .hash(first.isEmpty ? [:] : [family: .hash(first)])]
    ]
    messages += change("g_upd", family, later, limits)
    var others = contents
    others[family] = nil
    for (family, change) in inOrder(others.mapValues { FamilyChange(set: $0) }) {
      messages += self.change("g_upd", family, change, limits)
    }
    return messages
  }

  /// The changes of several families in the order of sending: new addresses (`'l`) first, deleted ones last.
  ///
  /// A 2.02 node that learns of a port before the addresses of its node loses its messages and
  /// monitors for that port, for ever.
  static func inOrder(
    _ changes: TextDictionary<FamilyChange>
  ) -> [(family: String, change: FamilyChange)] {
    var ordered: [(family: String, change: FamilyChange)] = []
    let addresses = changes[InternalFamily.listeners]
    if let set = addresses?.set, !set.isEmpty {
      ordered.append((InternalFamily.listeners, FamilyChange(set: set)))
    }
    for (family, change) in changes.sorted(by: { $0.key < $1.key })
    where family != InternalFamily.listeners {
      ordered.append((family, change))
    }
    if let deleted = addresses?.deleted, !deleted.isEmpty {
      ordered.append((InternalFamily.listeners, FamilyChange(deleted: deleted)))
    }
    return ordered
  }
}
