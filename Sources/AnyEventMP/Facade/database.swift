public import AnyEvent

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

/// Sets a key of this node in a family of the global database; all nodes see it.
///
/// It stays until `db_del` or the node's end.
///
/// Corresponds to Perl's `db_set`.
public func db_set(
  _ family: String, _ key: some DatabaseKey, _ value: some MessageConvertible = Value.null
) {
  Node.current.database.set(family, key.keyText, value.messageValue)
}

/// Sets a key of this node in a family of the global database for as long as the guard lives.
@_disfavoredOverload
public func db_set(
  _ family: String, _ key: some DatabaseKey, _ value: some MessageConvertible = Value.null
) -> Guard {
  let node = Node.current
  let key = key.keyText
  node.database.set(family, key, value.messageValue)
  return Guard { [reference = node.reference] in
    reference.node?.database.delete(family, [key])
  }
}

/// Deletes keys that this node set; those of other nodes stay.
///
/// Corresponds to Perl's `db_del`.
public func db_del(_ family: String, _ keys: any DatabaseKey...) {
  Node.current.database.delete(family, keys.map(\.keyText))
}

/// Registers a port in a family until it dies; without a port the one that is running.
///
/// Corresponds to Perl's `db_reg`.
public func db_reg(
  _ family: String, _ port: PortID? = nil, _ value: some MessageConvertible = Value.null
) {
  _ = Node.current.database.register(family, port ?? SELF, value.messageValue)
}

/// Registers a port in a family until it dies or the guard goes.
@_disfavoredOverload
public func db_reg(
  _ family: String, _ port: PortID? = nil, _ value: some MessageConvertible = Value.null
) -> Guard {
  let node = Node.current
  let remove = node.database.register(family, port ?? SELF, value.messageValue)
  return Guard { [reference = node.reference] in if reference.node != nil { remove() } }
}

/// Calls `callback` once with all that a family holds.
///
/// Corresponds to Perl's `db_family`.
public func db_family(
  _ family: String, _ callback: @escaping (TextDictionary<Value>) throws -> Void
) {
  Node.current.database.query(.family, family) { try callback($0.hash ?? [:]) }
}

/// Calls `callback` once with the keys of a family.
///
/// Corresponds to Perl's `db_keys`.
public func db_keys(_ family: String, _ callback: @escaping ([String]) throws -> Void) {
  Node.current.database.query(.keys, family) { keys in
    try callback((keys.array ?? []).compactMap(\.string))
  }
}

/// Calls `callback` once with the values of a family.
///
/// Corresponds to Perl's `db_values`.
public func db_values(_ family: String, _ callback: @escaping ([Value]) throws -> Void) {
  Node.current.database.query(.values, family) { try callback($0.array ?? []) }
}

/// What a monitor of a family is called with: the family, and the keys added, changed and deleted.
public typealias FamilyCallback =
  (_ family: TextDictionary<Value>, _ added: [String], _ changed: [String], _ deleted: [String])
  throws
  -> Void

/// Calls `callback` with what a family holds, all keys as added, and again at every change.
///
/// Corresponds to Perl's `db_mon`.
public func db_mon(_ family: String, _ callback: @escaping FamilyCallback) {
  _ = Node.current.database.monitor(family, callback)
}

/// Monitors a family for as long as the guard lives.
@_disfavoredOverload
public func db_mon(_ family: String, _ callback: @escaping FamilyCallback) -> Guard {
  let node = Node.current
  let stop = node.database.monitor(family, callback)
  return Guard { [reference = node.reference] in if reference.node != nil { stop() } }
}
