import AEValue

extension GlobalService {
  /// Handles a checked request of a node, which may be this one.
  ///
  /// `g_slave` makes a node global: the caller first calls ``becomeGlobal(database:)``. The answers
  /// of a master (`g_found` …) are for the client and not handled here.
  mutating func handle(_ request: DatabaseRequest, from sender: String) -> [Action] {
    switch request {
    // A second `g_global` costs a whole database, so it waits like any other request.
    case .global where !isGlobal || connected[sender]?.isGlobal != true: return global(from: sender)
    case .slave(nil): return []
    default: break
    }
    guard isGlobal else {
      return [
        .ignored("a request of \(sender) to a global node was ignored: this node is not global")
      ]
    }
    guard sender == node || connected[sender] != nil else {
      return [.ignored("a request of \(sender), which is not connected, was ignored")]
    }
    var actions: [Action] = []
    // The time to parse a large request is spent already, so it is merged in a later turn.
    let weight = GlobalWork.weight(of: request)
    let isLarge = weight > workPerTurn / 4
    if work.isWaiting(sender) || isLarge || room <= 0 && !request.isShort {
      if sender != node, work.count(request.kind, of: sender) >= mostWaiting(request.kind) {
        refuse(request, of: sender, &actions)
      } else if sender != node, work.weight(of: sender) + weight > limits.maximumWaiting {
        actions.append(.close(node: sender))
      } else {
        work.append(.request(request, weight: weight), for: sender)
      }
    } else {
      begin(request, weight: weight, from: sender, &actions)
    }
    return actions
  }

  /// The most requests of a kind of one node that may wait.
  private func mostWaiting(_ kind: DatabaseRequest.Kind) -> Int {
    switch kind {
    case .answer, .family: limits.maximumMonitors
    case .everything: 1
    case .nothing: .max
    }
  }

  /// Begins a request whose turn has come.
  mutating func begin(
    _ request: DatabaseRequest, weight: Int, from sender: String, _ actions: inout [Action]
  ) {
    room -= Self.requestCost
    switch request {
    case .slave(let contents):
      slave(from: sender, EntryMerge(contents ?? [:], weight: weight), &actions)
    case .set(let contents): set(from: sender, contents, weight: weight, &actions)
    case .update(let family, let change):
      update(from: sender, family, change, weight: weight, &actions)
    case .find(let wanted): find(from: sender, wanted, &actions)
    case .query(let kind, let family, let id): query(from: sender, kind, family, id: id, &actions)
    case .monitor(let family): monitor(from: sender, family, &actions)
    case .unmonitor(let family): unmonitor(from: sender, family)
    case .global: actions += global(from: sender)
    case .found, .reply, .changed1, .changed2: break
    }
  }

  /// Answers at once without contents, because too many requests of the node wait for their answers.
  private mutating func refuse(
    _ request: DatabaseRequest, of sender: String, _ actions: inout [Action]
  ) {
    switch request {
    case .query(_, _, let id): answer([.string("g_reply"), id, .null], to: sender, &actions)
    case .find(let wanted):
      answer([.string("g_found"), .string(wanted), .null], to: sender, &actions)
    // The waiting one is answered with the whole state at its turn.
    case .global: return
    default: break
    }
    actions.append(
      .ignored(
        """
        a question of \(sender) to the database was refused: max_monitors (\(limits.maximumMonitors)) \
        of its questions wait already
        """))
  }

  /// Takes a `g_slave` with a database: this node is the sender's master.
  private mutating func slave(
    from sender: String, _ merge: EntryMerge, _ actions: inout [Action]
  ) {
    if connected[sender]?.isGlobal == true {
      actions.append(.ignored("g_slave of \(sender), which is global itself, was ignored"))
      return
    }
    database.add(owner: sender, isOurs: true)
    // A second `g_slave` only adds entries. That of this node itself comes once, when it becomes global.
    mergeNext(merge, of: sender, DatabaseChanges(), &actions)
  }

  /// Takes a `g_set`: the merge of another global node and its slaves.
  private mutating func set(
    from sender: String, _ contents: DatabaseContents, weight: Int, _ actions: inout [Action]
  ) {
    guard connected[sender]?.isGlobal == true else {
      actions.append(.ignored("g_set of \(sender), which is not global, was ignored"))
      return
    }
    let isAgain = database.holdsEntries(owner: sender)
    if isAgain {
      database.retire(owner: sender)
      database.add(owner: sender, isOurs: false)
    }
    var changes = DatabaseChanges()
    // The addresses become entries of this service, so that global nodes find each other through third ones.
    mirrorAddresses(
      of: sender, contents[InternalFamily.listeners]?[sender] ?? Value?.none, &changes)
    mergeNext(EntryMerge(contents, weight: weight), of: sender, changes, &actions)
    if isAgain { sweep(DatabaseChanges(), &actions) }
  }

  /// Takes a `g_upd`: a change of a slave, or of the slaves of another global node.
  private mutating func update(
    from sender: String, _ family: String, _ change: FamilyChange, weight: Int,
    _ actions: inout [Action]
  ) {
    guard database.knows(owner: sender) else {
      actions.append(.ignored("g_upd of \(sender), whose master we are not, was ignored"))
      return
    }
    var changes = DatabaseChanges()
    if family == InternalFamily.listeners, connected[sender]?.isGlobal == true {
      if change.deleted.contains(sender) {
        mirrorAddresses(of: sender, nil, &changes)
      } else if let binds = change.set[sender] {
        mirrorAddresses(of: sender, binds, &changes)
      }
    }
    mergeNext(EntryMerge(family, change, weight: weight), of: sender, changes, &actions)
  }

  /// Sets the addresses of another global node as an entry of the service itself.
  private mutating func mirrorAddresses(
    of peer: String, _ binds: Value?, _ changes: inout DatabaseChanges
  ) {
    let binds = binds.map { AddressList.usableValue($0, atMost: limits.maximumAddresses) }
    // An entry that is too large to be sent on is not mirrored either.
    let family = InternalFamily.listeners
    if let binds, !limits.allow(family: family, key: peer, value: binds) { return }
    mirror(family, peer, binds, &changes)
  }

  /// Sends the answer to a request in its turn, before other waiting work for that node.
  private mutating func answer(_ message: [Value], to sender: String, _ actions: inout [Action]) {
    room -= Self.messageCost
    actions.append(.send(node: sender, message: message))
  }

  private mutating func find(
    from sender: String, _ wanted: String, _ actions: inout [Action]
  ) {
    // Only this node itself uses the last known addresses of a lost global node.
    let lastKnown = sender == node ? addresses(of: wanted) : nil
    let binds =
      database.value(InternalFamily.listeners, wanted)
      ?? lastKnown.map { .array($0.map(Value.string)) } ?? .null
    room -= limits.size(of: binds)
    answer([.string("g_found"), .string(wanted), binds], to: sender, &actions)
  }

  private mutating func query(
    from sender: String, _ kind: DatabaseQuery, _ family: String, id: Value,
    _ actions: inout [Action]
  ) {
    let size = database.size(of: family).bytes(for: kind)
    // An answer to this node itself is not encoded.
    if sender != node {
      let left = limits.maximumSize - size
      guard left > 0, limits.allow(family: "g_reply", key: "", value: id, within: left) else {
        answer([.string("g_reply"), id, .null], to: sender, &actions)
        actions.append(
          .ignored(
            "the answer to \(sender)'s query of '\(family)' is too large for one packet"))
        return
      }
    }
    let result: Value =
      switch kind {
      case .family: .hash(database.contents(of: family))
      case .keys: .array(database.keys(of: family).map { .string($0) })
      case .values: .array(database.values(of: family))
      }
    room -= size
    answer([.string("g_reply"), id, result], to: sender, &actions)
  }

  private mutating func monitor(
    from sender: String, _ family: String, _ actions: inout [Action]
  ) {
    if sender == node {
      monitors[family, default: []].insert(sender)
      for message in DatabaseMessages.whole(family, database.contents(of: family), .none) {
        actions.append(.send(node: sender, message: message))
      }
      return
    }
    guard
      (connected[sender]?.monitored.count ?? 0) < limits.maximumMonitors
        || connected[sender]?.monitored.contains(family) == true
    else {
      actions.append(
        .ignored(
          """
          \(sender) is not shown the family '\(family)': it monitors max_monitors \
          (\(limits.maximumMonitors)) families already
          """))
      return
    }
    monitors[family, default: []].insert(sender)
    connected[sender]?.monitored.insert(family)
    // Behind older changes of the family that wait: they are not for a new copy.
    show(FamilyShowing(.all, [family]), to: sender, &actions)
  }

  private mutating func unmonitor(from sender: String, _ family: String) {
    connected[sender]?.monitored.remove(family)
    dropMonitor(family, of: sender)
  }

  mutating func dropMonitor(_ family: String, of peer: String) {
    monitors[family]?.remove(peer)
    if monitors[family]?.isEmpty == true { monitors[family] = nil }
  }
}
