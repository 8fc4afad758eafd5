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
