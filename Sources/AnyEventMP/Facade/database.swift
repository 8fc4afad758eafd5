public import AnyEvent

/// Sets a key of this node in a family of the global database; all nodes see it.
///
/// It stays until `db_del` or the node's end.
///
/// Corresponds to Perl's `db_set`.
public func db_set(
  _ family: String, _ key: some DatabaseKey, _ value: some MessageConvertible = Value.null
) {
  Node.current.database[family].set(key, to: value)
}

/// Sets a key of this node in a family of the global database for as long as the guard lives.
@_disfavoredOverload
public func db_set(
  _ family: String, _ key: some DatabaseKey, _ value: some MessageConvertible = Value.null
) -> Guard {
  let family = Node.current.database[family]
  let key = key.keyText
  family.set(key, to: value)
  return Guard { family.remove(key) }
}

/// Deletes keys that this node set; those of other nodes stay.
///
/// Corresponds to Perl's `db_del`.
public func db_del(_ family: String, _ keys: any DatabaseKey...) {
  Node.current.database[family].remove(keys)
}

/// Registers a port in a family until it dies; without a port the one that is running.
///
/// Corresponds to Perl's `db_reg`.
public func db_reg(
  _ family: String, _ port: PortID? = nil, _ value: some MessageConvertible = Value.null
) {
  Node.current.database[family].register(port ?? SELF, value)
}

/// Registers a port in a family until it dies or the guard goes.
@_disfavoredOverload
public func db_reg(
  _ family: String, _ port: PortID? = nil, _ value: some MessageConvertible = Value.null
) -> Guard {
  Node.current.database[family].register(port ?? SELF, value)?.guardian ?? Guard {}
}

/// Calls `callback` once with all that a family holds.
///
/// Corresponds to Perl's `db_family`.
public func db_family(
  _ family: String, _ callback: @escaping (TextDictionary<Value>) throws -> Void
) {
  Node.current.database[family].contents(callback)
}

/// Calls `callback` once with the keys of a family.
///
/// Corresponds to Perl's `db_keys`.
public func db_keys(_ family: String, _ callback: @escaping ([String]) throws -> Void) {
  Node.current.database[family].keys(callback)
}

/// Calls `callback` once with the values of a family.
///
/// Corresponds to Perl's `db_values`.
public func db_values(_ family: String, _ callback: @escaping ([Value]) throws -> Void) {
  Node.current.database[family].values(callback)
}

/// Calls `callback` with what a family holds, all keys as added, and again at every change.
///
/// Corresponds to Perl's `db_mon`.
public func db_mon(_ family: String, _ callback: @escaping FamilyCallback) {
  Node.current.database[family].monitor(callback)
}

/// Monitors a family for as long as the guard lives.
@_disfavoredOverload
public func db_mon(_ family: String, _ callback: @escaping FamilyCallback) -> Guard {
  Node.current.database[family].monitor(callback)?.guardian ?? Guard {}
}
