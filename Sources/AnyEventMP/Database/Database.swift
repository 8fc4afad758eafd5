import AEValue
import AnyEvent

/// A node's part in the global database: performs the actions of the machines and calls the callbacks.
///
/// `node.database["family"]` is one family of it. Used on the loop's thread only.
public final class Database {
  // Not retained, because a program may hold the database longer than the node.
  unowned let kernel: Kernel
  private unowned let peers: Peers
  /// A reference for callbacks that may outlive the node.
  private(set) lazy var reference = Reference(self)
  /// Called with the answer to ``find(_:)``.
  var onFound: (_ node: String, _ binds: [String]?) -> Void = { _, _ in }
  private(set) var client: DatabaseClient
  private var global: GlobalService
  private var choice = MasterChoice()
  private var queries: TextDictionary<(LocalPort?, (Value) throws -> Void)> = [:]
  private var monitors: TextDictionary<[UInt64: FamilyMonitor]> = [:]
  private var serial: UInt64 = 0
  private var isTurnScheduled = false

  /// One callback for a family.
  private struct FamilyMonitor {
    let port: LocalPort?
    let callback: FamilyCallback
    /// Whether it has got the contents of the family.
    var isTold: Bool
  }

  init(_ kernel: Kernel, _ peers: Peers) {
    self.kernel = kernel
    self.peers = peers
    let limits = DatabaseLimits(peers.limits)
    client = DatabaseClient(node: kernel.id, limits: limits)
    global = GlobalService(node: kernel.id, limits: limits)
  }

  // MARK: Entries

  /// The family of that name, which need not exist yet.
  public subscript(family: String) -> DatabaseFamily { DatabaseFamily(self, family) }

  func set(_ family: String, _ key: String, _ value: Value) {
    do {
      perform(try client.set(family, key, value))
    } catch {
      AE.log(.error, in: Log.global, "\(family) \(key): \(error)")
    }
  }

  func delete(_ family: String, _ keys: [String]) {
    perform(client.delete(family, keys))
  }

  /// Sets a key for the port until it dies; the result removes the key before.
  func register(_ family: String, _ port: PortID, _ value: Value) -> Subscription {
    let key = port.id
    set(family, key, value)
    let token = kernel.monitor(port.ref) { [unowned self] _ in delete(family, [key]) }
    return Subscription { [reference] in
      guard let database = reference.object else { return }
      database.kernel.remove(token)
      database.delete(family, [key])
    }
  }

  // MARK: Requests

  /// Asks the master; the result takes the question back.
  @discardableResult
  func query(
    _ kind: DatabaseQuery, _ family: String, _ callback: @escaping (Value) throws -> Void
  ) -> String {
    let (id, actions) = client.query(kind, family)
    queries[id] = (kernel.acting, callback)
    perform(actions)
    return id
  }

  /// Forgets a query: its answer is ignored.
  func cancelQuery(_ id: String) {
    client.cancelQuery(id)
    let held = queries.removeValue(forKey: id)
    withExtendedLifetime(held) {}
  }

  /// How many answers are awaited, for tests.
  var queryCount: Int { queries.count }

  /// How many callbacks monitor families, for tests.
  var monitorCount: Int { monitors.values.reduce(0) { $0 + $1.count } }

  /// Calls `callback` with the contents of a family and at every change; the result ends that.
  func monitor(_ family: String, _ callback: @escaping FamilyCallback) -> Subscription {
    serial += 1
    let id = serial
    let monitor = FamilyMonitor(
      port: kernel.acting, callback: callback, isTold: false)
    monitors[family, default: [:]][id] = monitor
    let (start, actions) = client.monitor(family)
    perform(actions)
    if start == .now {
      kernel.defer(
        .job { [unowned self] in
          // A change may have come before this job.
          if monitors[family]?[id]?.isTold == false { tell(family, id, [], [], []) }
        })
    }
    return Subscription { [reference] in reference.object?.endMonitor(of: family, id) }
  }

  func endMonitor(of family: String, _ id: UInt64) {
    guard monitors[family]?.removeValue(forKey: id) != nil else { return }
    if monitors[family]?.isEmpty == true { monitors[family] = nil }
    perform(client.unmonitor(family))
  }

  /// The keys of a family that are known here, in order; the first call for a family begins to watch it.
  func watched(_ family: String) -> [String] {
    if client.copy(of: family) == nil { _ = monitor(family) { _, _, _, _ in } }
    return (client.copy(of: family) ?? [:]).keys.sorted()
  }

  func find(_ id: String) {
    perform(client.find(id))
  }

  func cancelFind(_ id: String) {
    client.cancelFind(id)
  }

  // MARK: The network

  /// Takes over node id, addresses and limits from `configure`, and keeps earlier entries.
  func configured(binds: [String]) {
    client.rename(to: kernel.id)
    // The database may have been used before `configure`, with the standard limits.
    client.limits = DatabaseLimits(peers.limits)
    global = GlobalService(node: kernel.id, limits: client.limits)
    do {
      perform(try client.setBinds(binds))
    } catch {
      AE.log(.error, in: Log.global, "our listeners: \(error)")
    }
  }

  /// Follows changed limits; a merged database goes on to measure its entries as before.
  func limitsChanged() {
    client.limits = DatabaseLimits(peers.limits)
    global.change(limits: client.limits)
  }

  /// Takes the event that a node at a seed's address is connected.
  func seedUp(_ id: String, at address: String) {
    peers.request(id, [.string("g_slave")])
    if choice.identify(seed: address, as: id) { masterChanged() }
  }

  /// Forgets a seed, which does not count in the choice of the master any more.
  func drop(seed address: String) {
    choice.drop(seed: address)
  }

  func nodeUp(_ id: String) {
    perform(global.nodeUp(id))
    if choice.nodeUp(id) { masterChanged() }
  }

  func nodeDown(_ id: String) {
    perform(global.nodeDown(id))
    if choice.nodeDown(id) { masterChanged() }
  }

  /// Stops keeping a connection to a lost global node that could not be reached for long.
  func giveUp(_ id: String) {
    perform(global.giveUp(id))
  }

  /// Whether this node holds the merged database.
  var isGlobal: Bool { global.isGlobal }

  /// The merged database in numbers; nil if this node does not hold it.
  var facts: NodeStatus.DatabaseFacts? {
    guard global.isGlobal else { return nil }
    let database = global.database
    return NodeStatus.DatabaseFacts(
      keys: database.digest.keys, bytes: database.weight + database.retiredWeight,
      digest: database.digest.text)
  }

  /// The global node that answers this node's requests; the node itself if it is global.
  var master: String? { choice.master }

  /// Starts the global service: holds the merged database and answers slaves.
  func becomeGlobal() {
    guard !global.isGlobal else { return }
    AE.log(.info, in: Log.global, "starting global service.")
    let before = choice.master
    perform(global.becomeGlobal(database: client.entries))
    if choice.becomeGlobal(kernel.id) { masterChanged(from: before) }
  }

  /// Handles a request or an answer of the global protocol.
  func handle(_ message: [Value], from sender: String) throws {
    var leftOut = 0
    let request = try DatabaseRequest.parse(
      message, maximumName: peers.limits.name, leavingOut: &leftOut)
    if leftOut > 0 {
      kernel.peerLog.log(
        .error, in: Log.global,
        """
        \(leftOut) database entries of \(sender) were left out: their names have more bytes than max_name \
        (\(peers.limits.name)) allows
        """, similarTo: "\(sender): names")
    }
    switch request {
    case .found(let node, let binds):
      perform(client.found(from: sender, node: node, binds: binds))
    case .reply(let id, let value):
      perform(client.reply(from: sender, id: id, value))
    case .changed1(let family, let contents):
      perform(client.changed1(from: sender, family: family, contents))
    case .changed2(let family, let change):
      perform(client.changed2(from: sender, family: family, change))
    case .slave:
      becomeGlobal()
      perform(global.handle(request, from: sender))
    case .global, .set, .update, .find, .query, .monitor, .unmonitor:
      perform(global.handle(request, from: sender))
    }
  }

  private func masterChanged(from before: String? = nil) {
    if let master = choice.master {
      AE.log(.debug, in: Log.kernel, "new master node: \(master).")
    }
    let oldIsConnected = before.map { peers.link(to: $0) != nil } ?? false
    perform(client.setMaster(choice.master, oldIsConnected: oldIsConnected))
  }

  // MARK: Actions of the machines

  private func perform(_ actions: [DatabaseClient.Action]) {
    for action in actions {
      switch action {
      case .send(let target, let message):
        peers.request(target, message)
      case .found(let id, let binds):
        onFound(id, binds)
      case .reply(let id, let value):
        guard let (port, callback) = queries.removeValue(forKey: id) else { continue }
        kernel.peval(port) { try callback(value) }
      case .familyChanged(let family, let added, let changed, let deleted):
        for id in monitors[family]?.keys.sorted() ?? [] {
          tell(family, id, added, changed, deleted)
        }
      }
    }
  }

  private func perform(_ actions: [GlobalService.Action]) {
    for action in actions {
      switch action {
      case .send(let target, let message):
        peers.request(target, message)
      case .keepConnected(let id): peers.seeds.keepConnected(id)
      case .letGo(let id): peers.seeds.letGo(id)
      case .close(let id):
        peers.link(to: id)?.fail(
          "more than max_queue (\(peers.limits.queue)) bytes of its database requests wait here")
      case .ignored(let reason):
        kernel.peerLog.log(
          .error, in: Log.global, reason, similarTo: "\(kernel.source?.id ?? ""): database")
      }
    }
    scheduleTurn()
  }

  /// Lets the waiting work for other nodes go on after the other events of the loop.
  private func scheduleTurn() {
    guard global.needsTurn, !isTurnScheduled else { return }
    isTurnScheduled = true
    kernel.loop.postpone { [reference] in reference.object?.turn() }
  }

  private func turn() {
    isTurnScheduled = false
    kernel.run { perform(global.turn()) }
  }

  /// Calls one monitor; the first time with all keys of the family as added.
  private func tell(
    _ family: String, _ id: UInt64, _ added: [String], _ changed: [String], _ deleted: [String]
  ) {
    guard let monitor = monitors[family]?[id], let copy = client.copy(of: family) else { return }
    monitors[family]?[id]?.isTold = true
    kernel.peval(monitor.port) {
      if monitor.isTold {
        try monitor.callback(copy, added, changed, deleted)
      } else {
        try monitor.callback(copy, Array(copy.keys), [], [])
      }
    }
  }
}
