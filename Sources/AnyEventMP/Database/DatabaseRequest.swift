import AEValue

/// A request or an answer of the global protocol, checked so that a machine can handle it.
enum DatabaseRequest: Equatable {
  /// `g_slave`: start the global service; with a database also: be the sender's master.
  case slave(DatabaseContents?)
  /// `g_global`: the sender is global.
  case global
  /// `g_set`: the merge of the sender's entries and its slaves'.
  case set(DatabaseContents)
  /// `g_upd`: a change of one family.
  case update(family: String, FamilyChange)
  /// `g_find`: asks for the addresses of a node.
  case find(node: String)
  /// `g_db_family`, `g_db_keys`, `g_db_values`; the id is the sender's and is returned unchanged.
  case query(DatabaseQuery, family: String, id: Value)
  /// `g_mon1`: asks for a family and its changes.
  case monitor(family: String)
  /// `g_mon0`: ends a `g_mon1`.
  case unmonitor(family: String)
  /// `g_found`: the addresses of a node; nil: unknown.
  case found(node: String, binds: [String]?)
  /// `g_reply`: the answer to a query.
  case reply(id: String, Value)
  /// `g_chg1`: the whole family.
  case changed1(family: String, TextDictionary<Value>)
  /// `g_chg2`: a change of the family.
  case changed2(family: String, FamilyChange)

  /// The kind of response that the sender of a request waits for.
  enum Kind {
    /// An answer, which may be an empty one.
    case answer
    /// A family, and then its changes.
    case family
    /// The merge of our owners, and then its changes.
    case everything
    /// No response.
    case nothing
  }

  /// The kind of response that the sender waits for.
  var kind: Kind {
    switch self {
    case .find, .query: .answer
    case .monitor: .family
    case .global: .everything
    default: .nothing
    }
  }

  /// The number of entries that it sets or deletes, plus the number of their families.
  var entryCount: Int {
    switch self {
    case .slave(let contents?), .set(let contents):
      contents.values.reduce(contents.count) { $0 + $1.count }
    case .update(_, let change): change.set.count + change.deleted.count
    default: 0
    }
  }

  /// The memory of its contents in bytes, roughly.
  var heapBytes: Int {
    switch self {
    case .slave(let contents?), .set(let contents):
      contents.reduce(0) { $0 + Value.string($1.key).heapBytes + Value.hash($1.value).heapBytes }
    case .update(_, let change):
      Value.hash(change.set).heapBytes
        + change.deleted.reduce(0) { $0 + Value.string($1).heapBytes }
    case .query(_, _, let id): id.heapBytes
    default: 0
    }
  }

  /// Whether a global node handles it in constant time.
  var isShort: Bool {
    switch self {
    case .unmonitor: true
    default: false
    }
  }
}

/// The reason why a request of the global protocol was refused: a sentence for the log.
struct DatabaseRequestError: Error, Equatable, CustomStringConvertible {
  let description: String
}

extension DatabaseRequest {
  /// The requests and answers of the global protocol.
  static let names: TextSet = [
    "g_slave", "g_global", "g_set", "g_upd", "g_find", "g_found", "g_db_family", "g_db_keys",
    "g_db_values", "g_reply", "g_mon1", "g_mon0", "g_chg1", "g_chg2",
  ]

  /// Reads a message to the node port, its tag included: `["g_upd", "family", …]`.
  ///
  /// Strings may have arrived as numbers or bytes, as Perl sends them. When an argument is missing
  /// or wrong the whole request is refused; further values behind the arguments are ignored, as in
  /// 2.02.
  ///
  /// - Parameters:
  ///   - message: the message.
  ///   - maximumName: the most bytes of a name; a request for a family or node with a longer name
  ///     is refused, and entries with longer names are left out.
  ///   - leavingOut: counts the entries that were left out.
  /// - Returns: the request.
  /// - Throws: ``DatabaseRequestError``, why it is refused.
  static func parse(
    _ message: some Collection<Value>, maximumName: Int = .max, leavingOut: inout Int
  ) throws(DatabaseRequestError) -> DatabaseRequest {
    guard let tag = message.first?.string else {
      throw DatabaseRequestError(description: "a request without a name was ignored")
    }
    var arguments = Arguments(
      request: tag, rest: Array(message.dropFirst()), maximumName: maximumName)
    defer { leavingOut = arguments.leftOut }
    return try parse(tag, &arguments)
  }

  /// Reads a message with names of any length.
  static func parse(
    _ message: some Collection<Value>
  ) throws(DatabaseRequestError) -> DatabaseRequest {
    var leftOut = 0
    return try parse(message, leavingOut: &leftOut)
  }

  private static func parse(
    _ tag: String, _ arguments: inout Arguments
  ) throws(DatabaseRequestError) -> DatabaseRequest {
    switch tag {
    case "g_slave": return .slave(arguments.isEmpty ? nil : try arguments.database())
    case "g_global": return .global
    case "g_set": return .set(try arguments.database())
    case "g_upd": return .update(family: try arguments.text("family"), try arguments.change())
    case "g_find": return .find(node: try arguments.text("node id"))
    case "g_mon1": return .monitor(family: try arguments.text("family"))
    case "g_mon0": return .unmonitor(family: try arguments.text("family"))
    case "g_found": return .found(node: try arguments.text("node id"), binds: arguments.binds())
    case "g_reply": return .reply(id: try arguments.text("id"), arguments.next() ?? .null)
    case "g_chg1":
      return .changed1(family: try arguments.text("family"), try arguments.entries("contents"))
    case "g_chg2": return .changed2(family: try arguments.text("family"), try arguments.change())
    default: break
    }
    guard let query = DatabaseQuery(named: tag) else {
      throw arguments.error("is not known")
    }
    let family = try arguments.text("family")
    guard let id = arguments.next() else { throw arguments.error("has no id to answer with") }
    return .query(query, family: family, id: id)
  }

  /// The addresses in a value of `'l`; nil when it is no list.
  static func binds(_ value: Value?) -> [String]? {
    guard case .array(let elements) = value else { return nil }
    return elements.compactMap(\.string)
  }

  /// The arguments of one request, taken one after the other.
  private struct Arguments {
    let request: String
    let rest: [Value]
    let maximumName: Int
    var index = 0
    /// The number of entries that were left out because of their names.
    var leftOut = 0

    var isEmpty: Bool { index >= rest.count }

    func error(_ problem: String) -> DatabaseRequestError {
      // The name comes from a peer, so the shown text is limited and printable.
      let name = request.unicodeScalars.prefix(30).map { $0.isASCII && $0.value >= 32 ? $0 : "." }
      var text = "request '"
      text.unicodeScalars.append(contentsOf: name)
      return DatabaseRequestError(description: text + "' \(problem): ignored")
    }

    mutating func next() -> Value? {
      if isEmpty { return nil }
      defer { index += 1 }
      return rest[index]
    }

    mutating func text(_ what: String) throws(DatabaseRequestError) -> String {
      guard let value = next() else { throw error("has no \(what)") }
      guard let text = value.string else {
        throw error("has a \(what) that is not a string")
      }
      guard text.utf8.count <= maximumName else {
        throw error("has a \(what) of \(text.utf8.count) bytes, more than max_name allows")
      }
      return text
    }

    /// A hash; null and a missing argument stand for an empty one.
    mutating func entries(_ what: String) throws(DatabaseRequestError) -> TextDictionary<Value> {
      switch next() {
      case nil, .null: return [:]
      case .hash(let entries): return named(entries)
      default: throw error("has \(what) that are not a hash")
      }
    }

    private func isTooLong(_ name: String) -> Bool { name.utf8.count > maximumName }

    /// The entries with keys of allowed length; these are nearly always all entries, which are not copied.
    private mutating func named(_ entries: TextDictionary<Value>) -> TextDictionary<Value> {
      guard entries.keys.contains(where: isTooLong) else { return entries }
      let short = entries.filter { !isTooLong($0.key) }
      leftOut += entries.count - short.count
      return short
    }

    mutating func database() throws(DatabaseRequestError) -> DatabaseContents {
      guard case .hash(let families) = next() else {
        throw error("has a database that is not a hash")
      }
      var contents: DatabaseContents = [:]
      for (family, entries) in families {
        switch entries {
        case .hash(let entries):
          if isTooLong(family) {
            leftOut += entries.count
          } else {
            contents[family] = named(entries)
          }
        case .null: break
        default: throw error("has a database with a family that is not a hash")
        }
      }
      return contents
    }

    /// A hash or null, then a list of keys, null or nothing.
    mutating func change() throws(DatabaseRequestError) -> FamilyChange {
      if isEmpty { throw error("has no change") }
      var change = FamilyChange(set: try entries("new values"))
      switch next() {
      case nil, .null: break
      case .array(let keys):
        change.deleted.reserveCapacity(keys.count)
        for key in keys {
          guard let text = key.string else {
            throw error("deletes a key that is not a string")
          }
          if isTooLong(text) { continue }
          change.deleted.append(text)
        }
      default: throw error("has deleted keys that are not a list")
      }
      return change
    }

    mutating func binds() -> [String]? { DatabaseRequest.binds(next()) }
  }
}
