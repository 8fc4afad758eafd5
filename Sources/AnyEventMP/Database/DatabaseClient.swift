import AEValue

/// A node's own part of the global database: its entries, and its requests to the master.
///
/// A machine without I/O: each method is an event and returns the actions. Messages go to the node
/// port of the master, which may be this very node.
struct DatabaseClient {
  /// An action for the caller, in order.
  enum Action: Equatable {
    /// Send a message to the node port of a node.
    case send(node: String, message: [Value])
    /// The answer to ``find(_:)``; nil: the master doesn't know the node's addresses.
    case found(node: String, binds: [String]?)
    /// The answer to a query: a hash for a family, else an array.
    case reply(id: String, Value)
    /// A monitored family changed; ``DatabaseClient/copy(of:)`` has the new state.
    case familyChanged(
      _ family: String, added: [String], changed: [String], deleted: [String])
  }

  /// The reason why a key could not be set.
  struct EntryError: Error, Equatable, CustomStringConvertible {
    let description: String
  }

  private struct Query {
    var kind: DatabaseQuery
    var family: String
  }

  /// A monitored family in the state that the master has sent.
  struct Copy {
    var contents: TextDictionary<Value> = [:]
    var monitors = 1
    /// Whether any master has answered; monitors are always told of the first answer.
    var isAnswered = false
    /// Whether the whole family is still to come from the current master.
    var isAwaited = true
  }

  /// The own node id; empty until the node is configured.
  private(set) var node: String
  /// The current master.
  private(set) var master: String?
  /// The entries that this node itself has set; a family without keys is left out.
  private(set) var entries: DatabaseContents = [:]
  /// The limits on entries and messages.
  var limits: DatabaseLimits
  private var finds: TextSet = []
  private var queries: TextDictionary<Query> = [:]
  private var queryNames = PortCounter()
  var copies: TextDictionary<Copy> = [:]

  init(node: String, limits: DatabaseLimits = DatabaseLimits()) {
    self.node = node
    self.limits = limits
    entries[InternalFamily.listeners] = [node: .array([])]
  }

  /// Takes over the node id from `configure`; entries and requests from before stay.
  mutating func rename(to name: String) {
    entries[InternalFamily.listeners]?[node] = nil
    node = name
    entries[InternalFamily.listeners, default: [:]][name] = .array([])
  }

  // MARK: The master

  /// Changes the master, or clears it with nil.
  ///
  /// When the link to the same master is lost and made again, this is called with nil in between.
  /// The new master gets the entries of this node, and then all open requests: finds, queries,
  /// monitors. With `oldIsConnected` the old master, which a node leaves when it becomes global, is
  /// told that this node monitors nothing there any more.
  mutating func setMaster(_ new: String?, oldIsConnected: Bool = false) -> [Action] {
    if new == master { return [] }
    var actions: [Action] = []
    if oldIsConnected, let old = master, old != node {
      for family in copies.keys.sorted() {
        actions.append(.send(node: old, message: [.string("g_mon0"), .string(family)]))
      }
    }
    master = new
    for family in copies.keys { copies[family]?.isAwaited = true }
    guard let new else { return actions }
    let limits = new == node ? DatabaseLimits.none : limits
    for message in DatabaseMessages.database("g_slave", entries, owner: node, limits) {
      actions.append(.send(node: new, message: message))
    }
    for node in finds.sorted() { ask([.string("g_find"), .string(node)], &actions) }
    for id in queries.keys.sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
      if let query = queries[id] { send(query, id, &actions) }
    }
    for family in copies.keys.sorted() {
      ask([.string("g_mon1"), .string(family)], &actions)
    }
    return actions
  }

  // MARK: The entries of this node

  /// Sets the addresses of this node, its entry in `'l`.
  mutating func setBinds(_ binds: [String]) throws(EntryError) -> [Action] {
    try set(
      InternalFamily.listeners, node, .array(binds.map { .string($0) }))
  }

  /// Sets a key of this node.
  ///
  /// - Throws: ``EntryError`` when it could not be sent: too large, nested too deep, or not finite.
  mutating func set(
    _ family: String, _ key: String, _ value: Value
  ) throws(EntryError) -> [Action] {
    if let problem = limits.problem(family: family, key: key) {
      throw EntryError(description: "the database entry cannot be set: \(problem)")
    }
    guard limits.allow(family: family, key: key, value: value) else {
      throw EntryError(
        description:
          "the database entry cannot be sent: it is too large, nests too deep, or holds inf or nan")
    }
    if entries[family, default: [:]].updateValue(value, forKey: key) == value { return [] }
    var actions: [Action] = []
    ask([.string("g_upd"), .string(family), .hash([key: value])], &actions)
    return actions
  }

  /// Deletes keys of this node; keys of other nodes stay.
  mutating func delete(_ family: String, _ keys: [String]) -> [Action] {
    var change = FamilyChange()
    for key in keys where entries[family]?.removeValue(forKey: key) != nil {
      change.deleted.append(key)
    }
    if entries[family]?.isEmpty == true { entries[family] = nil }
    var actions: [Action] = []
    for message in DatabaseMessages.change("g_upd", family, change, limits) {
      ask(message, &actions)
    }
    return actions
  }

  // MARK: Requests

  /// Asks for the addresses of a node; the answer is ``Action/found(node:binds:)``.
  mutating func find(_ node: String) -> [Action] {
    var actions: [Action] = []
    if finds.insert(node).inserted { ask([.string("g_find"), .string(node)], &actions) }
    return actions
  }

  /// Drops a find whose answer is not needed any more.
  mutating func cancelFind(_ node: String) {
    finds.remove(node)
  }

  /// Asks for a family, its keys or its values; the answer is ``Action/reply(id:_:)``.
  mutating func query(_ kind: DatabaseQuery, _ family: String) -> (id: String, [Action]) {
    let id = queryNames.next()
    let query = Query(kind: kind, family: family)
    queries[id] = query
    var actions: [Action] = []
    send(query, id, &actions)
    return (id, actions)
  }

  /// Drops a query whose answer is not needed any more.
  mutating func cancelQuery(_ id: String) { queries[id] = nil }

  private func send(_ query: Query, _ id: String, _ actions: inout [Action]) {
    ask([.string(query.kind.rawValue), .string(query.family), .string(id)], &actions)
  }

  /// Sends a request to the master; without one it is sent when there is a master.
  func ask(_ message: [Value], _ actions: inout [Action]) {
    if let master { actions.append(.send(node: master, message: message)) }
  }

  // MARK: Answers

  /// Takes a `g_found`.
  mutating func found(from sender: String, node: String, binds: [String]?) -> [Action] {
    guard sender == master, finds.remove(node) != nil else { return [] }
    return [.found(node: node, binds: binds)]
  }

  /// Takes a `g_reply`.
  mutating func reply(from sender: String, id: String, _ value: Value) -> [Action] {
    guard sender == master, let query = queries.removeValue(forKey: id) else { return [] }
    switch (query.kind, value) {
    case (.family, .hash), (.keys, .array), (.values, .array): return [.reply(id: id, value)]
    case (.family, _): return [.reply(id: id, .hash([:]))]
    case (.keys, _), (.values, _): return [.reply(id: id, .array([]))]
    }
  }
}

extension DatabaseClient {
  /// The way in which a new monitor learns the present contents of its family.
  enum MonitorStart: Equatable {
    /// They are in ``DatabaseClient/copy(of:)`` already: report them as added keys.
    case now
    /// They come with the next ``Action/familyChanged(_:added:changed:deleted:)`` of that family,
    /// which comes even when the family is empty.
    case later
  }

  /// Adds a monitor for a family.
  mutating func monitor(_ family: String) -> (MonitorStart, [Action]) {
    if let copy = copies[family] {
      copies[family]?.monitors += 1
      return (copy.isAnswered ? .now : .later, [])
    }
    copies[family] = Copy()
    var actions: [Action] = []
    ask([.string("g_mon1"), .string(family)], &actions)
    return (.later, actions)
  }

  /// Removes a monitor for a family; the last one takes the copy with it.
  mutating func unmonitor(_ family: String) -> [Action] {
    guard let copy = copies[family] else { return [] }
    if copy.monitors > 1 {
      copies[family]?.monitors -= 1
      return []
    }
    copies[family] = nil
    var actions: [Action] = []
    ask([.string("g_mon0"), .string(family)], &actions)
    return actions
  }

  /// The copy of a monitored family; nil when the family is not monitored.
  func copy(of family: String) -> TextDictionary<Value>? { copies[family]?.contents }

  /// Takes a `g_chg1`: the whole family, which is compared with the copy.
  mutating func changed1(
    from sender: String, family: String, _ contents: TextDictionary<Value>
  ) -> [Action] {
    guard sender == master, let copy = copies[family] else { return [] }
    var added: [String] = []
    var changed: [String] = []
    for (key, value) in contents {
      switch copy.contents[key] {
      case nil: added.append(key)
      case value: break
      default: changed.append(key)
      }
    }
    let deleted = copy.contents.keys.filter { contents[$0] == nil }
    copies[family]?.contents = contents
    copies[family]?.isAwaited = false
    copies[family]?.isAnswered = true
    if copy.isAnswered, added.isEmpty, changed.isEmpty, deleted.isEmpty { return [] }
    return [.familyChanged(family, added: added, changed: changed, deleted: deleted)]
  }

  /// Takes a `g_chg2`: some keys of a family.
  ///
  /// Before the whole family has come from this master the message is ignored, because the whole
  /// family will include it. Keys that do not change the copy are not reported.
  mutating func changed2(
    from sender: String, family: String, _ change: FamilyChange
  ) -> [Action] {
    guard sender == master, copies[family]?.isAwaited == false else { return [] }
    var added: [String] = []
    var changed: [String] = []
    var deleted: [String] = []
    for (key, value) in change.set {
      switch copies[family]?.contents.updateValue(value, forKey: key) {
      case nil: added.append(key)
      case value: break
      default: changed.append(key)
      }
    }
    for key in change.deleted where copies[family]?.contents.removeValue(forKey: key) != nil {
      deleted.append(key)
    }
    if !deleted.isEmpty {
      // A key that is set and deleted in the same change is deleted.
      let news = TextSet(added)
      added.removeAll { copies[family]?.contents[$0] == nil }
      changed.removeAll { copies[family]?.contents[$0] == nil }
      deleted.removeAll { news.contains($0) }
    }
    if added.isEmpty, changed.isEmpty, deleted.isEmpty { return [] }
    return [.familyChanged(family, added: added, changed: changed, deleted: deleted)]
  }
}
