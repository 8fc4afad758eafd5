import AEValue

extension GlobalService {
  /// A checked request arrived from a node, or from ourselves.
  ///
  /// `g_slave` makes a node global: the caller sees to that first (``becomeGlobal(database:)``). The
  /// answers of a master (`g_found` …) belong to the client and are not taken here.
  mutating func handle(_ request: DatabaseRequest, from sender: String) -> [Action] {
    switch request {
    case .global: return global(from: sender)
    case .slave(nil): return []
    default: break
    }
    guard isGlobal else { return [.ignored("\(sender) takes us for a global node: ignored")] }
    guard sender == node || peers[sender] != nil else {
      return [.ignored("a request of \(sender), which is not connected, was ignored")]
    }
    switch request {
    case .slave(let contents): return slave(from: sender, contents ?? [:])
    case .set(let contents): return set(from: sender, contents)
    case .update(let family, let change): return update(from: sender, family, change)
    case .find(let wanted): return find(from: sender, wanted)
    case .query(let kind, let family, let id): return query(from: sender, kind, family, id: id)
    case .monitor(let family): return monitor(from: sender, family)
    case .unmonitor(let family): return unmonitor(from: sender, family)
    case .global, .found, .reply, .changed1, .changed2: return []
    }
  }

  /// `g_slave` with a database: we are the sender's master.
  private mutating func slave(from sender: String, _ contents: DatabaseContents) -> [Action] {
    if peers[sender]?.isGlobal == true {
      return [.ignored("g_slave of \(sender), which is global itself, was ignored")]
    }
    database.add(owner: sender, isOurs: true)
    var actions: [Action] = []
    let contents = checked(contents, of: sender, &actions)
    var changes = DatabaseChanges()
    // A second one only adds. Our own comes once, in the turn in which we became global.
    for (family, entries) in contents {
      database.update(owner: sender, family: family, set: entries, deleted: [], into: &changes)
    }
    publish(changes, &actions)
    return actions
  }

  /// `g_set`: all that another global node and its slaves hold.
  private mutating func set(from sender: String, _ contents: DatabaseContents) -> [Action] {
    guard peers[sender]?.isGlobal == true else {
      return [.ignored("g_set of \(sender), which is not global, was ignored")]
    }
    var actions: [Action] = []
    let contents = checked(contents, of: sender, &actions)
    var changes = DatabaseChanges()
    database.replace(owner: sender, with: contents, into: &changes)
    // Mirrored as our own, so that global nodes find each other through third ones.
    mirror(
      InternalFamily.listeners, sender, contents[InternalFamily.listeners]?[sender], &changes)
    publish(changes, &actions)
    return actions
  }

  /// `g_upd`: a slave's own change, or one that another global node has from its slaves.
  private mutating func update(
    from sender: String, _ family: String, _ change: FamilyChange
  ) -> [Action] {
    guard database.knows(owner: sender) else {
      return [.ignored("g_upd of \(sender), whose master we are not, was ignored")]
    }
    var actions: [Action] = []
    let set = checked([family: change.set], of: sender, &actions)[family] ?? [:]
    var changes = DatabaseChanges()
    database.update(
      owner: sender, family: family, set: set, deleted: change.deleted, into: &changes)
    if family == InternalFamily.listeners, peers[sender]?.isGlobal == true {
      if change.deleted.contains(sender) {
        mirror(family, sender, nil, &changes)
      } else if let binds = set[sender] {
        mirror(family, sender, binds, &changes)
      }
    }
    publish(changes, &actions)
    return actions
  }

  private func find(from sender: String, _ wanted: String) -> [Action] {
    // Only we ourselves look for a lost global node where it was last known to listen.
    let lastKnown = sender == node ? addresses(of: wanted) : nil
    let binds =
      database.value(InternalFamily.listeners, wanted)
      ?? lastKnown.map { .array($0.map(Value.string)) } ?? .null
    return [.send(node: sender, message: [.string("g_found"), .string(wanted), binds])]
  }

  private func query(
    from sender: String, _ kind: DatabaseQuery, _ family: String, id: Value
  ) -> [Action] {
    // For ourselves no packet is made.
    if sender != node {
      let room = limits.maximumSize - database.size(of: family).bytes(for: kind)
      guard room > 0, limits.allow(family: "g_reply", key: "", value: id, within: room) else {
        return [
          .send(node: sender, message: [.string("g_reply"), id, .null]),
          .ignored(
            "the answer to \(sender)'s query of '\(family)' is too large for one packet"),
        ]
      }
    }
    let result: Value =
      switch kind {
      case .family: .hash(database.contents(of: family))
      case .keys: .array(database.keys(of: family).map { .string($0) })
      case .values: .array(database.values(of: family))
      }
    return [.send(node: sender, message: [.string("g_reply"), id, result])]
  }

  private mutating func monitor(from sender: String, _ family: String) -> [Action] {
    monitors[family, default: []].insert(sender)
    peers[sender]?.monitored.insert(family)
    let limits = sender == node ? DatabaseLimits.none : limits
    return DatabaseMessages.whole(family, database.contents(of: family), limits).map {
      .send(node: sender, message: $0)
    }
  }

  private mutating func unmonitor(from sender: String, _ family: String) -> [Action] {
    peers[sender]?.monitored.remove(family)
    dropMonitor(family, of: sender)
    return []
  }

  mutating func dropMonitor(_ family: String, of peer: String) {
    monitors[family]?.remove(peer)
    if monitors[family]?.isEmpty == true { monitors[family] = nil }
  }

  /// Leaves out what could not be passed on in a packet: nothing is when all is well.
  ///
  /// Who sends inf or nan would otherwise keep a whole database from being sent.
  private func checked(
    _ contents: DatabaseContents, of sender: String, _ actions: inout [Action]
  ) -> DatabaseContents {
    var result = contents
    if let addresses = contents[InternalFamily.listeners] {
      result[InternalFamily.listeners] = addresses.mapValues {
        AddressList.entry($0, atMost: limits.maximumAddresses)
      }
    }
    for (family, entries) in contents {
      for (key, value) in entries
      where !limits.allow(family: family, key: key, value: value) {
        result[family]?[key] = nil
        actions.append(
          .ignored("an entry of \(sender) in the database that cannot be passed on was ignored"))
      }
    }
    return result
  }
}
