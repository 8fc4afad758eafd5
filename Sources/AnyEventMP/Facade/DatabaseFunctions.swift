public import AnyEvent

/// Sets a key of this node in a family of the global database; all nodes see it.
///
/// It stays until `db_del` or the node's end.
///
/// Corresponds to Perl's `db_set`.
public func db_set(
  _ family: String, _ key: some DatabaseKey, _ value: (any MessageConvertible)? = nil
) {
  Node.current.database[family].set(key, to: value)
}

/// Sets a key of this node in a family of the global database for as long as the guard lives.
@_disfavoredOverload
public func db_set(
  _ family: String, _ key: some DatabaseKey, _ value: (any MessageConvertible)? = nil
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

/// Registers a port in a family until it dies; without a port, the running one.
///
/// Corresponds to Perl's `db_reg`.
public func db_reg(
  _ family: String, _ port: PortID? = nil, _ value: (any MessageConvertible)? = nil
) {
  Node.current.database[family].register(port ?? SELF, value)
}

/// Registers a port in a family until it dies or the guard goes.
@_disfavoredOverload
public func db_reg(
  _ family: String, _ port: PortID? = nil, _ value: (any MessageConvertible)? = nil
) -> Guard {
  Node.current.database[family].register(port ?? SELF, value)?.guardian ?? Guard {}
}

/// Calls `callback` once with the contents of a family.
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

/// Calls `callback` with the contents of a family, all keys as added, and again at every change.
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

// The port groups of AnyEvent::MP 1.x, for programs written for that version: a group is a family
// of the global database, whose keys are the ports. New programs use `db_reg` and `db_mon`.

/// Registers a port of this node in a group until it dies.
///
/// Corresponds to Perl's `grp_reg`, as `db_reg` does.
public func grp_reg(_ group: String, _ port: PortID) {
  db_reg(group, port)
}

/// Registers a port of this node in a group until it dies or the guard goes.
@_disfavoredOverload
public func grp_reg(_ group: String, _ port: PortID) -> Guard {
  db_reg(group, port)
}

/// The ports that are registered in a group, in the order of their ids; nil when there are none.
///
/// This node knows the ports only after it has asked the database: the first call for a group
/// returns nil and begins to watch the group, for as long as the node lives. To wait for ports, use
/// `grp_mon`.
///
/// Corresponds to Perl's `grp_get`.
public func grp_get(_ group: String) -> [PortID]? {
  let ports = Node.current.database[group].knownKeys
  return ports.isEmpty ? nil : ports.map { PortID($0) }
}

/// A monitor of a group; it gets the ports of the group, the added and the deleted ones.
public typealias GroupCallback =
  (_ ports: [PortID], _ added: [PortID], _ deleted: [PortID]) throws -> Void

/// Calls `callback` with the ports of a group, all as added, once there are some, and at every change.
///
/// Corresponds to Perl's `grp_mon`.
public func grp_mon(_ group: String, _ callback: @escaping GroupCallback) {
  db_mon(group, familyCallback(of: callback))
}

/// Monitors a group for as long as the guard lives.
@_disfavoredOverload
public func grp_mon(_ group: String, _ callback: @escaping GroupCallback) -> Guard {
  db_mon(group, familyCallback(of: callback))
}

/// Leaves out changes that concern no port: changed values, and an empty group at the start.
private func familyCallback(of callback: @escaping GroupCallback) -> FamilyCallback {
  { family, added, _, deleted in
    if added.isEmpty, deleted.isEmpty { return }
    func ports(_ keys: some Sequence<String>) -> [PortID] { keys.sorted().map { PortID($0) } }
    try callback(ports(family.keys), ports(added), ports(deleted))
  }
}
