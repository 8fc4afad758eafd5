import AEValue

@testable import AnyEventMP

/// The three machines of one node put together, as the node around them does it.
struct SimulatedDatabaseNode {
  let id: String
  let isSeed: Bool
  var client: DatabaseClient
  var service: GlobalService
  var choice = MasterChoice()
  /// What is to be sent, in order.
  var outbox: [(to: String, message: [Value])] = []
  /// The nodes to keep connected.
  var kept: TextSet = []
  /// Keys of monitored families, followed by what the monitors were told.
  var seen: TextDictionary<TextSet> = [:]
  /// Whether monitors were told something impossible.
  var inconsistencies: [String] = []
  var replies: TextDictionary<Value> = [:]
  var found: [String: [String]?] = [:]
  var ignored: [String] = []

  init(id: String, isSeed: Bool, limits: DatabaseLimits, workPerTurn: Int = 2 << 20) {
    self.id = id
    self.isSeed = isSeed
    client = DatabaseClient(node: id, limits: limits)
    service = GlobalService(node: id, limits: limits, workPerTurn: workPerTurn)
    do {
      perform(try client.setBinds(["\(id).example:4040"]))
    } catch {
      inconsistencies.append("binds refused: \(error)")
    }
  }

  // MARK: Events

  mutating func nodeUp(_ peer: String, isSeed: Bool) {
    perform(service.nodeUp(peer))
    if isSeed {
      outbox.append((peer, ["g_slave"]))
      if choice.identify(seed: "\(peer):4040", as: peer) { followMaster() }
    }
    if choice.nodeUp(peer) { followMaster() }
  }

  mutating func nodeDown(_ peer: String) {
    if client.master == peer { perform(client.setMaster(nil)) }
    perform(service.nodeDown(peer))
    if choice.nodeDown(peer) { followMaster() }
  }

  mutating func becomeGlobal() {
    if service.isGlobal { return }
    perform(service.becomeGlobal(database: client.entries))
    if choice.becomeGlobal(id) { followMaster() }
  }

  mutating func receive(_ message: [Value], from sender: String) {
    let request: DatabaseRequest
    do {
      request = try DatabaseRequest.parse(message)
    } catch {
      inconsistencies.append("\(sender) sent what does not parse: \(error)")
      return
    }
    switch request {
    case .found(let node, let binds): perform(client.found(from: sender, node: node, binds: binds))
    case .reply(let id, let value): perform(client.reply(from: sender, id: id, value))
    case .changed1(let family, let contents):
      perform(client.changed1(from: sender, family: family, contents))
    case .changed2(let family, let change):
      perform(client.changed2(from: sender, family: family, change))
    case .slave:
      becomeGlobal()
      perform(service.handle(request, from: sender))
    default: perform(service.handle(request, from: sender))
    }
  }

  /// A turn of the loop, for what was left.
  mutating func turn() { perform(service.turn()) }

  mutating func monitor(_ family: String) {
    let (_, actions) = client.monitor(family)
    if seen[family] == nil { seen[family] = [] }
    perform(actions)
  }

  mutating func unmonitor(_ family: String) {
    perform(client.unmonitor(family))
    if client.copy(of: family) == nil { seen[family] = nil }
  }

  // MARK: Actions

  private mutating func followMaster() {
    perform(client.setMaster(choice.master, oldIsConnected: choice.master == id))
  }

  mutating func perform(_ actions: [DatabaseClient.Action]) {
    for action in actions {
      switch action {
      case .send(let node, let message): outbox.append((node, message))
      case .found(let node, let binds): found[node] = .some(binds)
      case .reply(let id, let value): replies[id] = value
      case .familyChanged(let family, let added, let changed, let deleted):
        follow(family, added, changed, deleted)
      }
    }
  }

  private mutating func follow(
    _ family: String, _ added: [String], _ changed: [String], _ deleted: [String]
  ) {
    var keys = seen[family] ?? []
    for key in added where !keys.insert(key).inserted {
      inconsistencies.append("\(id): '\(family)' \(key) was added twice")
    }
    for key in changed where !keys.contains(key) {
      inconsistencies.append("\(id): '\(family)' \(key) changed before it was added")
    }
    for key in deleted where keys.remove(key) == nil {
      inconsistencies.append("\(id): '\(family)' \(key) was deleted before it was added")
    }
    seen[family] = keys
  }

  mutating func perform(_ actions: [GlobalService.Action]) {
    for action in actions {
      switch action {
      case .send(let node, let message): outbox.append((node, message))
      case .keepConnected(let node):
        if !kept.insert(node).inserted { inconsistencies.append("\(node) is kept twice") }
      case .letGo(let node):
        if kept.remove(node) == nil { inconsistencies.append("\(node) was not kept") }
      case .close(let node): inconsistencies.append("the connection to \(node) is cut")
      case .ignored(let text): ignored.append(text)
      }
    }
  }
}
