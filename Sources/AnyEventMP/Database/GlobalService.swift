import AEMPWire
import AEValue

/// What a global node does: it holds the merged database and is meshed with the other global nodes.
///
/// A machine without I/O: each method is an event and returns what is to be done; ``turn()`` is the event
/// that the loop has a turn for what was left. It exists in
/// every node from the start, because it must know which of the connected nodes have said that
/// they are global before this one became so; until ``becomeGlobal(database:)`` it does no more.
///
/// The databases merged in it are, by owner: this node's own, its slaves', those of other global
/// nodes, and this service's own (owner ``mirror``): a `'g` entry for each directly connected global
/// node and for ourselves, and a copy of each such node's `'l` entry, so that global nodes find each
/// other through third ones. See ``InternalFamily`` for what converges.
struct GlobalService {
  /// What is to be done, in this order.
  enum Action: Equatable {
    /// Send a message to the node port of a node (which may be this very node).
    case send(node: String, message: [Value])
    /// Keep a connection to that global node, dialling again with back-off when it is lost.
    ///
    /// Where it listens is what `g_find` answers, also for one that is lost.
    case keepConnected(node: String)
    /// Don't dial that node for the global network's sake any more.
    case letGo(node: String)
    /// End the connection to that node: too much of it waits for its turn.
    case cut(node: String)
    /// A request was ignored: a sentence for the log.
    case ignored(String)
  }

  /// A connected node.
  struct Peer {
    /// Whether `g_global` came on this connection.
    var isGlobal = false
    /// The families that it monitors.
    var monitored: TextSet = []
  }

  /// A global node that was connected to us and is lost.
  struct LostNode {
    let node: String
    let binds: [String]?
  }

  /// The owner of what the service itself has to say; no node id is empty.
  static let mirror = ""
  /// So many lost global nodes are dialled on; then the one lost first is given up.
  static let lostLimit = 64

  /// So many global nodes are kept connected, of all that others list in `'g`.
  static let keptLimit = 1000

  /// What is done for others in one turn of the loop, in bytes that packets take for it: some ten
  /// milliseconds.
  let workPerTurn: Int
  /// What is left of that in this turn.
  var room: Int
  /// What is left for later turns.
  var work = WorkQueues()

  /// Our node id.
  let node: String
  let limits: DatabaseLimits
  /// Whether this node is global.
  private(set) var isGlobal = false
  /// The merged databases.
  var database: MergedDatabase
  var peers: TextDictionary<Peer> = [:]
  /// The global nodes that have got our `g_set`, so that changes are to follow.
  var synchronised: [String] = []
  /// The nodes that monitor a family; this node may be among them.
  var monitors: TextDictionary<TextSet> = [:]
  /// The nodes that the node was told to keep connected.
  var kept: TextSet = []
  /// Oldest first.
  var lost: [LostNode] = []

  init(node: String, limits: DatabaseLimits = DatabaseLimits(), workPerTurn: Int = 2 << 20) {
    self.node = node
    self.limits = limits
    self.workPerTurn = workPerTurn
    room = workPerTurn
    database = MergedDatabase(limits: limits)
  }

  /// Where a node listens, as far as the database knows; nil: unknown.
  ///
  /// For a lost global node: where it was last known to listen.
  func addresses(of node: String) -> [String]? {
    DatabaseRequest.binds(database.value(InternalFamily.listeners, node))
      ?? lost.first { $0.node == node }?.binds
  }

  /// This node becomes global, with the local database that its client has at this moment.
  ///
  /// In the same turn of the loop the client gets this node as its master.
  mutating func becomeGlobal(database contents: DatabaseContents) -> [Action] {
    if isGlobal { return [] }
    isGlobal = true
    var changes = DatabaseChanges()
    database.add(owner: node, isOurs: true)
    database.add(owner: Self.mirror, isOurs: true)
    for (family, entries) in contents {
      database.update(owner: node, family: family, set: entries, deleted: [], into: &changes)
    }
    mirror(InternalFamily.globals, node, .null, &changes)
    let globals = peers.keys.filter { peers[$0]?.isGlobal == true }.sorted()
    for peer in globals {
      database.add(owner: peer, isOurs: false)
      mirror(InternalFamily.globals, peer, .null, &changes)
    }
    var actions: [Action] = []
    for peer in peers.keys.sorted() { announce(to: peer, &actions) }
    for peer in globals { synchronise(peer, &actions) }
    refreshKept(changes, &actions)
    return actions
  }

  /// Sets or deletes an entry of the service's own.
  mutating func mirror(
    _ family: String, _ key: String, _ value: Value?, _ changes: inout DatabaseChanges
  ) {
    database.update(
      owner: Self.mirror, family: family, set: value.map { [key: $0] } ?? [:],
      deleted: value == nil ? [key] : [], into: &changes)
  }

  /// Tells a node that we are global.
  func announce(to peer: String, _ actions: inout [Action]) {
    actions.append(.send(node: peer, message: [.string("g_global")]))
  }

  /// Sends a global node all that is ours; from now on it gets the changes.
  mutating func synchronise(_ peer: String, _ actions: inout [Action]) {
    if !synchronised.contains(peer) { synchronised.append(peer) }
    let addresses = database.contentsOfOurs(InternalFamily.listeners)
    let first = DatabaseMessages.database(
      "g_set", [InternalFamily.listeners: addresses], owner: node, limits)
    for message in first {
      let size = limits.size(of: .array(message))
      // They were made now, whenever they are sent.
      if work.isWaiting(peer) { room -= size }
      post(message, size: size, to: peer, &actions)
    }
    var others = database.familyNames.filter { $0 != InternalFamily.listeners }
    // The order is for those who read along; sorting very many would take longer than a turn may.
    if others.count < 10_000 { others.sort { $1 < $0 } }
    room -= others.count * DatabaseLimits.envelope
    show(FamilyShowing(.ours, others), to: peer, &actions)
  }
}

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

extension GlobalService {
  /// Sends what changed to those whom it concerns: monitors, and for what is ours the global nodes.
  ///
  /// New addresses go before all else and lost ones after it.
  mutating func publish(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    if !monitors.isEmpty {
      for (family, change) in DatabaseMessages.inOrder(changes.all) {
        guard let nodes = monitors[family] else { continue }
        send("g_chg2", family, change, to: nodes, &actions)
      }
    }
    if !synchronised.isEmpty {
      for (family, change) in DatabaseMessages.inOrder(changes.ours) {
        send("g_upd", family, change, to: synchronised, &actions)
      }
    }
    refreshKept(changes, &actions)
  }

  /// Sends one change to several nodes; the messages are built once.
  private mutating func send(
    _ request: String, _ family: String, _ change: FamilyChange, to nodes: some Collection<String>,
    _ actions: inout [Action]
  ) {
    for (message, size) in DatabaseMessages.measured(request, family, change, limits) {
      for node in nodes { post(message, size: size, to: node, &actions) }
    }
  }
}
