import AEMPWire
import AEValue

/// The service of a global node: it holds the merged database and is meshed with the other global nodes.
///
/// A machine without I/O: each method is an event and returns the actions; ``turn()`` is the event
/// that the loop has time for waiting work. It exists in every node from the start, because it must
/// know which connected nodes are global before this one becomes global; until
/// ``becomeGlobal(database:)`` it does nothing else.
///
/// The merged databases are, by owner: the entries of this node, those of its slaves, those of the
/// other global nodes, and the service's own (owner ``mirror``): a `'g` entry for each directly
/// connected global node and for this one, and a copy of each such node's `'l` entry, so that
/// global nodes find each other through third ones. See ``InternalFamily`` for the state that all
/// this converges to.
struct GlobalService {
  /// An action for the caller, in order.
  enum Action: Equatable {
    /// Send a message to the node port of a node (which may be this very node).
    case send(node: String, message: [Value])
    /// Keep a connection to a global node, and dial again with back-off when it is lost.
    ///
    /// The addresses are the answer to `g_find`, also for a lost node.
    case keepConnected(node: String)
    /// Stop dialling a node on behalf of the global network.
    case letGo(node: String)
    /// Close the connection to a node, because too many of its requests wait.
    case close(node: String)
    /// A request was ignored: a sentence for the log.
    case ignored(String)
  }

  /// A connected node.
  struct ConnectedNode {
    /// Whether `g_global` has come on this connection.
    var isGlobal = false
    /// The families that it monitors.
    var monitored: TextSet = []
  }

  /// A global node that was connected to this one and is lost.
  struct LostNode {
    let node: String
    let binds: [String]?
  }

  /// The owner of the service's own entries; no node id is empty.
  static let mirror = ""
  /// The most lost global nodes that are dialled; beyond, the one lost first is given up.
  static let lostLimit = 64

  /// The most global nodes of `'g` that are kept connected.
  static let keptLimit = 1000

  /// The work for other nodes in one turn of the loop, in bytes of packets: it takes some ten milliseconds.
  let workPerTurn: Int
  /// The work that is left for this turn.
  var room: Int
  /// The work for later turns.
  var work = WorkQueues()

  /// The own node id.
  let node: String
  private(set) var limits: DatabaseLimits
  /// Whether this node is global.
  private(set) var isGlobal = false
  /// The merged databases.
  var database: MergedDatabase
  var connected: TextDictionary<ConnectedNode> = [:]
  /// The global nodes that have got a `g_set` from this node, and so get its changes.
  var synchronised: [String] = []
  /// The nodes that monitor a family; this node may be among them.
  var monitors: TextDictionary<TextSet> = [:]
  /// The nodes that ``Action/keepConnected(node:)`` named.
  var kept: TextSet = []
  /// The lost global nodes, oldest first.
  var lost: [LostNode] = []

  init(node: String, limits: DatabaseLimits = DatabaseLimits(), workPerTurn: Int = 2 << 20) {
    self.node = node
    self.limits = limits
    self.workPerTurn = workPerTurn
    room = workPerTurn
    database = MergedDatabase(limits: limits)
  }

  /// Takes over the numbers of changed limits, but not how large entries may be: the present entries were measured by
  /// the old ones.
  mutating func change(limits new: DatabaseLimits) {
    limits.takeNumbers(of: new)
    database.limits.takeNumbers(of: new)
  }

  /// The known addresses of a node; nil when none are known.
  ///
  /// For a lost global node these are its last known addresses.
  func addresses(of node: String) -> [String]? {
    DatabaseRequest.binds(database.value(InternalFamily.listeners, node))
      ?? lost.first { $0.node == node }?.binds
  }

  /// Makes this node global, with the current entries of its client.
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
    let globals = connected.keys.filter { connected[$0]?.isGlobal == true }.sorted()
    for peer in globals {
      database.add(owner: peer, isOurs: false)
      mirror(InternalFamily.globals, peer, .null, &changes)
    }
    var actions: [Action] = []
    for peer in connected.keys.sorted() { announce(to: peer, &actions) }
    for peer in globals { synchronise(peer, &actions) }
    refreshKept(changes, &actions)
    return actions
  }

  /// Sets or deletes an entry of the service itself.
  mutating func mirror(
    _ family: String, _ key: String, _ value: Value?, _ changes: inout DatabaseChanges
  ) {
    database.update(
      owner: Self.mirror, family: family, set: value.map { [key: $0] } ?? [:],
      deleted: value == nil ? [key] : [], into: &changes)
  }

  /// Tells a node that this one is global.
  func announce(to peer: String, _ actions: inout [Action]) {
    actions.append(.send(node: peer, message: [.string("g_global")]))
  }

  /// Sends a global node the merge of our owners; from now on it gets the changes.
  mutating func synchronise(_ peer: String, _ actions: inout [Action]) {
    if !synchronised.contains(peer) { synchronised.append(peer) }
    let addresses = database.contentsOfOurs(InternalFamily.listeners)
    let first = DatabaseMessages.database(
      "g_set", [InternalFamily.listeners: addresses], owner: node, limits)
    for message in first {
      let size = limits.size(of: .array(message))
      // They are made now, and sent later.
      if work.isWaiting(peer) { room -= size }
      post(message, size: size, to: peer, &actions)
    }
    var others = database.familyNames.filter { $0 != InternalFamily.listeners }
    // The order only helps readers of a trace; sorting very many names would take longer than a turn may.
    if others.count < 10_000 { others.sort { $1 < $0 } }
    room -= others.count * DatabaseLimits.envelope
    show(FamilyShowing(.ours, others), to: peer, &actions)
  }
}

extension GlobalService {
  /// Takes the event that a node is connected.
  mutating func nodeUp(_ peer: String) -> [Action] {
    if peer == node { return [] }
    var actions = connected[peer] == nil ? [] : nodeDown(peer)
    connected[peer] = ConnectedNode()
    if isGlobal { announce(to: peer, &actions) }
    return actions
  }

  /// Takes the event that a connection is lost: the node's entries and monitors go.
  mutating func nodeDown(_ peer: String) -> [Action] {
    guard let gone = connected.removeValue(forKey: peer) else { return [] }
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

  /// Takes the event that a lost global node was dialled for long enough, and forgets it.
  mutating func giveUp(_ peer: String) -> [Action] {
    lost.removeAll { $0.node == peer }
    var actions: [Action] = []
    refreshKept(peer, &actions)
    return actions
  }

  /// Takes a `g_global`: the sender is global.
  ///
  /// A second one on the same connection only gets another `g_set`: the sender does not repeat its
  /// own.
  mutating func global(from peer: String) -> [Action] {
    guard peer != node, let wasGlobal = connected[peer]?.isGlobal else {
      return [.ignored("g_global of \(peer), which is not connected, was ignored")]
    }
    connected[peer]?.isGlobal = true
    guard isGlobal else { return [] }
    var actions: [Action] = []
    if !wasGlobal {
      // A global node answers its own requests from now on.
      work.drop(peer)
      for family in connected[peer]?.monitored ?? [] { dropMonitor(family, of: peer) }
      connected[peer]?.monitored = []
      lost.removeAll { $0.node == peer }
      var changes = DatabaseChanges()
      // Its entries are not ours any more.
      database.retire(owner: peer)
      database.add(owner: peer, isOurs: false)
      mirror(InternalFamily.globals, peer, .null, &changes)
      sweep(changes, &actions)
    }
    synchronise(peer, &actions)
    return actions
  }

  /// Remembers a lost global node with its addresses.
  private mutating func remember(lost peer: String) {
    let binds = addresses(of: peer)
    lost.removeAll { $0.node == peer }
    lost.append(LostNode(node: peer, binds: binds))
  }

  /// Gives up the nodes lost first while there are too many.
  private mutating func boundLost(_ actions: inout [Action]) {
    while lost.count > Self.lostLimit {
      let oldest = lost.removeFirst().node
      refreshKept(oldest, &actions)
    }
  }

  /// Updates the nodes to keep connected, after a change of `'g`.
  mutating func refreshKept(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    guard let change = changes.all[InternalFamily.globals] else { return }
    for peer in change.set.keys.sorted() { refreshKept(peer, &actions) }
    for peer in change.deleted.sorted() { refreshKept(peer, &actions) }
  }

  /// Keeps a node connected while `'g` lists it, and after its connection was lost.
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
  /// Sends changes to the monitors, and those of our owners to the other global nodes.
  ///
  /// New addresses are sent before everything else and deleted ones after it.
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
