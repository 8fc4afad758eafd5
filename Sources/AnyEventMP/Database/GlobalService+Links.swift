import AEMPWire
import AEValue

extension GlobalService {
  /// A connection to a node is up.
  mutating func nodeUp(_ peer: String) -> [Action] {
    if peer == node { return [] }
    var actions = peers[peer] == nil ? [] : nodeDown(peer)
    peers[peer] = Peer()
    if isGlobal { announce(to: peer, &actions) }
    return actions
  }

  /// The connection to a node is gone: all that it told us goes, and what it monitors.
  mutating func nodeDown(_ peer: String) -> [Action] {
    guard let gone = peers.removeValue(forKey: peer) else { return [] }
    for family in gone.monitored { dropMonitor(family, of: peer) }
    synchronised.removeAll { $0 == peer }
    work.drop(peer)
    guard isGlobal else { return [] }
    if gone.isGlobal {
      remember(lost: peer)
    } else {
      lost.removeAll { $0.node == peer }
    }
    var actions: [Action] = []
    database.retire(owner: peer)
    sweep(DatabaseChanges(), &actions)
    refreshKept(peer, &actions)
    return actions
  }

  /// A lost global node was dialled for long enough: forget it.
  mutating func giveUp(_ peer: String) -> [Action] {
    lost.removeAll { $0.node == peer }
    var actions: [Action] = []
    refreshKept(peer, &actions)
    return actions
  }

  /// `g_global` arrived: the sender is global.
  ///
  /// Said again on the same connection it only gets another `g_set`: it won't repeat its own.
  mutating func global(from peer: String) -> [Action] {
    guard peer != node, let wasGlobal = peers[peer]?.isGlobal else {
      return [.ignored("g_global of \(peer), which is not connected, was ignored")]
    }
    peers[peer]?.isGlobal = true
    guard isGlobal else { return [] }
    var actions: [Action] = []
    if !wasGlobal {
      // What it asked as a slave it asks itself now.
      work.drop(peer)
      for family in peers[peer]?.monitored ?? [] { dropMonitor(family, of: peer) }
      peers[peer]?.monitored = []
      lost.removeAll { $0.node == peer }
      var changes = DatabaseChanges()
      // What it sent as a slave is not ours any more.
      database.retire(owner: peer)
      database.add(owner: peer, isOurs: false)
      mirror(InternalFamily.globals, peer, .null, &changes)
      sweep(changes, &actions)
    }
    synchronise(peer, &actions)
    return actions
  }

  /// Keeps a lost global node in mind, with its addresses; the one lost first may have to go.
  private mutating func remember(lost peer: String) {
    let binds = addresses(of: peer)
    lost.removeAll { $0.node == peer }
    lost.append(LostNode(node: peer, binds: binds))
  }

  /// Gives up what was lost first while there are too many.
  private mutating func boundLost(_ actions: inout [Action]) {
    while lost.count > Self.lostLimit {
      let oldest = lost.removeFirst().node
      refreshKept(oldest, &actions)
    }
  }

  /// Looks whether nodes are to be kept connected, after a change of `'g`.
  mutating func refreshKept(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    guard let change = changes.all[InternalFamily.globals] else { return }
    for peer in change.set.keys.sorted() { refreshKept(peer, &actions) }
    for peer in change.deleted.sorted() { refreshKept(peer, &actions) }
  }

  /// A node is to be kept connected while `'g` lists it and after we have lost it.
  private mutating func refreshKept(_ peer: String, _ actions: inout [Action]) {
    boundLost(&actions)
    if peer == node || !Greeting.isValid(nodeID: peer) { return }
    let isWanted =
      database.value(InternalFamily.globals, peer) != nil || lost.contains { $0.node == peer }
    if isWanted {
      if kept.count < Self.keptLimit || kept.contains(peer), kept.insert(peer).inserted {
        actions.append(.keepConnected(node: peer))
      }
    } else if kept.remove(peer) != nil {
      actions.append(.letGo(node: peer))
    }
  }
}
