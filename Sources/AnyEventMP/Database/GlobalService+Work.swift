import AEValue

// One packet can carry a hundred thousand entries, each of which goes to every node that monitors the
// family; a question of thirty bytes can ask for a family of any size. So what is done in one turn of
// the loop has a bound, in the bytes that packets take for it, and the rest is done in later turns.

extension GlobalService {
  /// Whether ``turn()`` is to be called when the loop has done what else there is.
  var needsTurn: Bool { room < workPerTurn || !work.isEmpty }

  /// So many shares may wait before a turn does more than one.
  static let patience = 32
  /// What a request counts for, beside its entries: as much time passes before the first of them.
  static let requestCost = 1000
  /// What a message to a node counts for, beside its size.
  static let messageCost = 200

  /// The next turn of the loop has come: does its share of what is left.
  ///
  /// A list that is longer than many shares would grow for ever when each turn brings more than one: then
  /// a turn does a part of the list.
  mutating func turn() -> [Action] {
    room = max(workPerTurn, (work.weight - Self.patience * workPerTurn) / 8)
    var actions: [Action] = []
    // What is gone does not count against the limit of the database, so it must not become much.
    while room > 0, database.retiredWeight > limits.maximumDatabase / 4 {
      sweepNext(DatabaseChanges(), &actions)
    }
    while room > 0, let node = work.nextNode() { doNext(for: node, &actions) }
    // What is left of a larger part is not for what comes now.
    room = min(room, workPerTurn)
    return actions
  }

  /// Sends a message to a node, behind what that node has to wait for.
  mutating func post(_ message: [Value], size: Int, to peer: String, _ actions: inout [Action]) {
    // What stays in this process is not packed.
    if peer == node {
      actions.append(.send(node: peer, message: message))
    } else if room > 0, !work.isWaiting(peer) {
      room -= size + Self.messageCost
      actions.append(.send(node: peer, message: message))
    } else {
      work.append(.send(message, size: size), for: peer)
    }
  }

  /// The same, measuring the message.
  mutating func post(_ message: [Value], to peer: String, _ actions: inout [Action]) {
    post(message, size: limits.size(of: .array(message)), to: peer, &actions)
  }

  /// Does a piece of what comes next for a node.
  private mutating func doNext(for node: String, _ actions: inout [Action]) {
    switch work.popFirst(node) {
    case .request(let request, let weight): begin(request, weight: weight, from: node, &actions)
    case .merge(let merge): mergeNext(merge, of: node, DatabaseChanges(), &actions)
    case .show(let showing): showNext(showing, to: node, &actions)
    case .send(let message, let size):
      room -= size + Self.messageCost
      actions.append(.send(node: node, message: message))
    case .sweep: sweepNext(DatabaseChanges(), &actions)
    case nil: break
    }
  }

  /// Merges entries of an owner until the share of this turn is used up; with what has changed already.
  mutating func mergeNext(
    _ merge: EntryMerge, of sender: String, _ changes: DatabaseChanges,
    _ actions: inout [Action]
  ) {
    guard database.knows(owner: sender) else { return }
    var merge = merge
    var changes = changes
    var leftOut = 0
    // No message that comes of it is larger than a share.
    let end = max(0, room - workPerTurn)
    while room > end, let part = merge.parts.popLast() {
      let (rest, refused) = mergeNext(
        part, of: sender, until: end, into: &changes, &actions)
      leftOut += refused
      if let rest { merge.parts.append(rest) }
    }
    if leftOut > 0 {
      actions.append(
        .ignored(
          """
          \(leftOut) database entries of \(sender) were left out: it would hold more than max_database \
          (\(limits.maximumDatabase)) allows
          """))
    }
    if !merge.parts.isEmpty { work.prepend(.merge(merge), for: sender) }
    publish(changes, &actions)
  }

  /// Merges entries of one family; what is left of it, and how many entries would have been too much.
  private mutating func mergeNext(
    _ part: EntryMerge.Part, of sender: String, until end: Int,
    into changes: inout DatabaseChanges, _ actions: inout [Action]
  ) -> (rest: EntryMerge.Part?, refused: Int) {
    var part = part
    let family = part.family
    let isAddresses = family == InternalFamily.listeners
    var set: TextDictionary<Value> = [:]
    var deleted = part.deleted
    if let size = wholeSize(of: part) {
      room -= size
      set = isAddresses ? part.set.mapValues(usableAddresses) : part.set
      part.skipAll()
    } else {
      while room > end, part.place != part.set.endIndex {
        let (key, entry) = part.set[part.place]
        part.place = part.set.index(after: part.place)
        let value = isAddresses ? usableAddresses(entry) : entry
        if let size = limits.size(family: family, key: key, value: value) {
          set[key] = value
          room -= size
        } else {
          room -= DatabaseLimits.envelope
          actions.append(
            .ignored(
              "an entry of \(sender) in the database that cannot be passed on was ignored"))
        }
      }
      let start = part.deletedBefore
      while room > end, part.deletedBefore < part.deleted.count {
        room -= limits.size(of: part.deleted[part.deletedBefore])
        part.deletedBefore += 1
      }
      deleted = Array(part.deleted[start..<part.deletedBefore])
    }
    room -= DatabaseLimits.envelope + limits.size(of: family)
    let (refused, cost) = database.update(
      owner: sender, family: family, set: set, deleted: deleted, share: share(of: sender),
      into: &changes)
    room -= cost
    return (part.isDone ? nil : part, refused)
  }

  /// The size of a change that can be merged as it came: it is whole, not larger than the share of a turn,
  /// and nothing in it is to be left out.
  private func wholeSize(of part: EntryMerge.Part) -> Int? {
    guard part.place == part.set.startIndex, part.deletedBefore == 0 else { return nil }
    var sum = 0
    for (key, value) in part.set {
      guard let size = limits.size(family: part.family, key: key, value: value) else { return nil }
      sum += size
      if sum > workPerTurn { return nil }
    }
    for key in part.deleted {
      sum += limits.size(of: key)
      if sum > workPerTurn { return nil }
    }
    return sum
  }

  private func usableAddresses(_ entry: Value) -> Value {
    AddressList.entry(entry, atMost: limits.maximumAddresses)
  }

  /// What an owner may hold: a slave a quarter of the database, a global node all that its slaves have.
  private func share(of owner: String) -> Int {
    if owner == node || owner == Self.mirror { return .max }
    return peers[owner]?.isGlobal == true ? limits.maximumDatabase : limits.maximumDatabase / 4
  }

  /// Shows families to a node, behind what that node has to wait for.
  mutating func show(_ showing: FamilyShowing, to peer: String, _ actions: inout [Action]) {
    if room > 0, !work.isWaiting(peer) {
      showNext(showing, to: peer, &actions)
    } else {
      work.append(.show(showing), for: peer)
    }
  }

  /// Sends the next parts of what is shown to a node.
  mutating func showNext(
    _ showing: FamilyShowing, to peer: String, _ actions: inout [Action]
  ) {
    var showing = showing
    while room > 0, !showing.isDone {
      let (message, cost) = showing.next(database, limits, share: workPerTurn)
      room -= cost
      if let message {
        room -= Self.messageCost
        actions.append(.send(node: peer, message: message))
      }
    }
    if !showing.isDone { work.prepend(.show(showing), for: peer) }
  }

  /// The entries of owners that are gone are to be erased; with what has changed already.
  mutating func sweep(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    if room > 0, !work.isWaiting(Self.mirror) {
      sweepNext(changes, &actions)
    } else {
      if !work.isWaiting(Self.mirror) { work.append(.sweep, for: Self.mirror) }
      publish(changes, &actions)
    }
  }

  /// Erases entries of owners that are gone until the share of this turn is used up.
  private mutating func sweepNext(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    var changes = changes
    let end = max(0, room - workPerTurn)
    while room > end, database.hasRetired {
      let (cost, gone) = database.sweep(share: room - end, into: &changes)
      // What has to be sent for it is counted when it is published.
      room -= cost
      if let gone, peers[gone]?.isGlobal != true {
        mirror(InternalFamily.globals, gone, nil, &changes)
        mirror(InternalFamily.listeners, gone, nil, &changes)
      }
    }
    if database.hasRetired, !work.isWaiting(Self.mirror) { work.append(.sweep, for: Self.mirror) }
    publish(changes, &actions)
  }
}
