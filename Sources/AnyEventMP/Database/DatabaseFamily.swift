import AEValue
import AnyEvent

/// A family of the global database as a node sees it: `node.database["family"]`.
///
/// Each node holds entries of its own; of a key that several nodes hold, the greatest value shows.
/// Used on the loop's thread only; after the node's end nothing happens any more.
public struct DatabaseFamily {
  /// The family's name.
  public let name: String
  private let reference: Reference<Database>

  init(_ database: Database, _ name: String) {
    self.name = name
    reference = database.reference
  }

  /// The database, as long as there is the node.
  var database: Database? {
    guard let database = reference.object else { return nil }
    database.kernel.loop.preconditionOnLoop()
    return database
  }

  /// This node's own entry for a key; setting nil removes it.
  ///
  /// The entries of all nodes are in ``contents(_:)``. A value that is too large for a packet is
  /// not set, and logged.
  public subscript(key: some DatabaseKey) -> Value? {
    get { database?.client.entries[name]?[key.keyText] }
    nonmutating set {
      if let newValue {
        set(key, to: newValue)
      } else {
        remove(key)
      }
    }
  }

  /// Sets a key of this node; all nodes see it, until it is removed or this node ends.
  ///
  /// Corresponds to Perl's `db_set`.
  public func set(_ key: some DatabaseKey, to value: (any MessageConvertible)? = nil) {
    database?.set(name, key.keyText, value?.messageValue ?? .null)
  }

  /// Removes keys that this node has set; those of other nodes stay.
  ///
  /// Corresponds to Perl's `db_del`.
  public func remove(_ keys: any DatabaseKey...) {
    remove(keys)
  }

  /// Removes a list of keys that this node has set.
  public func remove(_ keys: [any DatabaseKey]) {
    database?.delete(name, keys.map(\.keyText))
  }

  /// Sets a port's id as a key until the port dies, or the result is cancelled.
  ///
  /// Corresponds to Perl's `db_reg`. Nil after the node's end.
  @discardableResult
  public func register(
    _ port: PortID, _ value: (any MessageConvertible)? = nil
  ) -> Subscription? {
    database?.register(name, port, value?.messageValue ?? .null)
  }

  /// Calls `callback` once with the contents of the family.
  ///
  /// It runs as part of the running port, like all callbacks here. Corresponds to Perl's
  /// `db_family`.
  public func contents(_ callback: @escaping (TextDictionary<Value>) throws -> Void) {
    database?.query(.family, name) { try callback($0.hash ?? [:]) }
  }

  /// Calls `callback` once with the keys of the family, in no order.
  ///
  /// Corresponds to Perl's `db_keys`.
  public func keys(_ callback: @escaping ([String]) throws -> Void) {
    database?.query(.keys, name) { try callback(($0.array ?? []).compactMap(\.string)) }
  }

  /// Calls `callback` once with the values of the family, in no order.
  ///
  /// Corresponds to Perl's `db_values`.
  public func values(_ callback: @escaping ([Value]) throws -> Void) {
    database?.query(.values, name) { try callback($0.array ?? []) }
  }

  /// Calls `callback` with the contents of the family, all keys as added, and again at every change.
  ///
  /// Corresponds to Perl's `db_mon`. Nil after the node's end.
  @discardableResult
  public func monitor(_ callback: @escaping FamilyCallback) -> Subscription? {
    database?.monitor(name, callback)
  }

  /// The keys that are known here, in order of their bytes.
  ///
  /// The first call returns no keys and begins to watch the family, for as long as the node lives.
  public var knownKeys: [String] { database?.watched(name) ?? [] }
}

/// A key of a database family: text, a port id, or a node id.
public protocol DatabaseKey {
  /// The key's text.
  var keyText: String { get }
}

extension String: DatabaseKey {
  /// The text itself.
  @inlinable public var keyText: String { self }
}

extension PortID: DatabaseKey {
  /// The port id as text.
  public var keyText: String { id }
}

/// A monitor of a family; it gets the family, and the added, changed and deleted keys.
public typealias FamilyCallback =
  (_ family: TextDictionary<Value>, _ added: [String], _ changed: [String], _ deleted: [String])
  throws
  -> Void

/// An upper bound of a family's size in a packet, in bytes, updated at each change.
///
/// So a family that is too large for an answer is refused without a look at its entries.
struct FamilySize: Equatable {
  var keys = 0
  var values = 0

  /// The size of the answer to a query.
  func bytes(for query: DatabaseQuery) -> Int {
    switch query {
    case .family: keys + values
    case .keys: keys
    case .values: values
    }
  }

  /// Adds an entry by the size of its key, and of key and value.
  mutating func add(key: Int, entry: Int) {
    keys += key
    values += entry - key
  }

  /// Subtracts an entry by the same sizes.
  mutating func remove(key: Int, entry: Int) {
    add(key: -key, entry: -entry)
  }

  static func += (size: inout FamilySize, growth: FamilySize) {
    size.keys += growth.keys
    size.values += growth.values
  }
}

/// The entries of one owner: family → key → value.
typealias DatabaseContents = TextDictionary<TextDictionary<Value>>

/// The part of a family that a query asks for.
enum DatabaseQuery: String {
  /// The whole family: a hash.
  case family = "g_db_family"
  /// The keys: an array of strings.
  case keys = "g_db_keys"
  /// The values: an array.
  case values = "g_db_values"
}

/// A change of one family.
struct FamilyChange {
  /// The new and changed keys with the values that show now.
  var set: TextDictionary<Value> = [:]
  /// The keys that show no value any more.
  var deleted: [String] = []
  /// The size of these in a packet, in bytes; nil when it was not measured.
  var size: Int?

  var isEmpty: Bool { self.set.isEmpty && deleted.isEmpty }
}

extension FamilyChange: Equatable {
  /// Whether both change the same; the measured size does not matter.
  static func == (first: FamilyChange, second: FamilyChange) -> Bool {
    first.set == second.set && first.deleted == second.deleted
  }
}
