import AEValue

// One packet can carry a hundred thousand entries, each of which goes to every node that monitors
// the family; a request of thirty bytes can ask for a family of any size. So the work in one turn
// of the loop is limited, in bytes of packets, and the rest is done in later turns.

extension GlobalService {
  /// Whether ``turn()`` is to be called after the other events of the loop.
  var needsTurn: Bool { room < workPerTurn || !work.isEmpty }

  /// The number of waiting shares beyond which a turn does more than one.
  static let patience = 32
  /// The work for a request besides its entries, in bytes: handling it takes as long as so many bytes.
  static let requestCost = 1000
  /// The work for a message besides its size, in bytes.
  static let messageCost = 200

  /// Does a share of the waiting work, in a new turn of the loop.
  ///
  /// When each turn brought more than a share, a long list would grow for ever: so a turn does a
  /// fraction of a list that is longer than many shares.
  mutating func turn() -> [Action] {
    room = max(workPerTurn, (work.weight - Self.patience * workPerTurn) / 8)
    var actions: [Action] = []
    // Retired entries do not count against the limit of the database, so they must not become many.
    while room > 0, database.retiredWeight > limits.maximumDatabase / 4 {
      sweepNext(DatabaseChanges(), &actions)
    }
    while room > 0, let node = work.nextNode() { doNext(for: node, &actions) }
    // The rest of an enlarged share must not be spent on new requests.
    room = min(room, workPerTurn)
    return actions
  }

  /// Sends a message to a node, behind the waiting work for that node.
  mutating func post(_ message: [Value], size: Int, to peer: String, _ actions: inout [Action]) {
    // A message to this node itself is not encoded.
    if peer == node {
      actions.append(.send(node: peer, message: message))
    } else if room > 0, !work.isWaiting(peer) {
      room -= size + Self.messageCost
      actions.append(.send(node: peer, message: message))
    } else {
      work.append(.send(message, size: size), for: peer)
    }
  }

  /// Measures a message and sends it to a node, behind the waiting work for that node.
  mutating func post(_ message: [Value], to peer: String, _ actions: inout [Action]) {
    post(message, size: limits.size(of: .array(message)), to: peer, &actions)
  }

  /// Does a piece of the next work for a node.
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

  /// Merges entries of an owner until a share is used up, and publishes them together with `changes`.
  mutating func mergeNext(
    _ merge: EntryMerge, of sender: String, _ changes: DatabaseChanges,
    _ actions: inout [Action]
  ) {
    guard database.knows(owner: sender) else { return }
    var merge = merge
    var changes = changes
    var leftOut = 0
    // A message with the changes must not be larger than a share.
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

  /// Merges entries of one family; returns the rest, and the number of entries beyond the limit.
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
      owner: sender, family: family, set: set, deleted: deleted, quota: quota(of: sender),
      into: &changes)
    room -= cost
    return (part.isDone ? nil : part, refused)
  }

  /// The size of a part that can be merged as it came; nil if it has begun, is larger than a share,
  /// or contains an entry to be left out.
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
    AddressList.usableValue(entry, atMost: limits.maximumAddresses)
  }

  /// The bytes that an owner may hold: a slave a quarter of the database, a global node all of it for its slaves.
  private func quota(of owner: String) -> Int {
    if owner == node || owner == Self.mirror { return .max }
    return connected[owner]?.isGlobal == true ? limits.maximumDatabase : limits.maximumDatabase / 4
  }

  /// Sends families to a node, behind the waiting work for that node.
  mutating func show(_ showing: FamilyShowing, to peer: String, _ actions: inout [Action]) {
    if room > 0, !work.isWaiting(peer) {
      showNext(showing, to: peer, &actions)
    } else {
      work.append(.show(showing), for: peer)
    }
  }

  /// Sends the next messages of families to a node.
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

  /// Erases entries of retired owners, now or in a later turn, and publishes `changes`.
  mutating func sweep(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    if room > 0, !work.isWaiting(Self.mirror) {
      sweepNext(changes, &actions)
    } else {
      if !work.isWaiting(Self.mirror) { work.append(.sweep, for: Self.mirror) }
      publish(changes, &actions)
    }
  }

  /// Erases entries of retired owners until a share is used up.
  private mutating func sweepNext(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    var changes = changes
    let end = max(0, room - workPerTurn)
    while room > end, database.hasRetired {
      let (cost, gone) = database.sweep(share: room - end, into: &changes)
      // Sending the changes is counted when they are published.
      room -= cost
      if let gone, connected[gone]?.isGlobal != true {
        mirror(InternalFamily.globals, gone, nil, &changes)
        mirror(InternalFamily.listeners, gone, nil, &changes)
      }
    }
    if database.hasRetired, !work.isWaiting(Self.mirror) { work.append(.sweep, for: Self.mirror) }
    publish(changes, &actions)
  }
}
