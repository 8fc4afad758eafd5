import AEValue

/// A request or an answer of the global protocol, checked: nothing in it can surprise a machine.
enum DatabaseRequest: Equatable {
  /// `g_slave`: start the global service; with a database: be my master.
  case slave(DatabaseContents?)
  /// `g_global`: the sender is global.
  case global
  /// `g_set`: what the sender and its slaves hold.
  case set(DatabaseContents)
  /// `g_upd`: a change of one family.
  case update(family: String, FamilyChange)
  /// `g_find`: where does that node listen.
  case find(node: String)
  /// `g_db_family`, `g_db_keys`, `g_db_values`; the id is the sender's and goes back as it came.
  case query(DatabaseQuery, family: String, id: Value)
  /// `g_mon1`.
  case monitor(family: String)
  /// `g_mon0`.
  case unmonitor(family: String)
  /// `g_found`; nil: unknown.
  case found(node: String, binds: [String]?)
  /// `g_reply`.
  case reply(id: String, Value)
  /// `g_chg1`: the whole family.
  case changed1(family: String, TextDictionary<Value>)
  /// `g_chg2`: a change of it.
  case changed2(family: String, FamilyChange)

  /// What the sender of a request waits for.
  enum Kind {
    /// For an answer, which may be that there is none.
    case answer
    /// To be shown a family, and told of its changes.
    case family
    /// For all that we and our slaves hold.
    case everything
    /// For nothing.
    case nothing
  }

  /// What the sender waits for.
  var kind: Kind {
    switch self {
    case .find, .query: .answer
    case .monitor: .family
    case .global: .everything
    default: .nothing
    }
  }

  /// How many entries it sets or deletes, and in how many families.
  var entryCount: Int {
    switch self {
    case .slave(let contents?), .set(let contents):
      contents.values.reduce(contents.count) { $0 + $1.count }
    case .update(_, let change): change.set.count + change.deleted.count
    default: 0
    }
  }

  /// About how many bytes of memory what came with it takes.
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

/// Why a request of the global protocol was refused: a sentence for the log.
struct DatabaseRequestError: Error, Equatable, CustomStringConvertible {
  let description: String
}
