public import AnyEvent

// The port groups of AnyEvent::MP 1.x, for programs that were written for it: a group is a family of the
// global database, whose keys are the ports. New programs use `db_reg` and `db_mon`.

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
/// What the database holds is known here only after it was asked: the first call for a group begins to
/// watch it, for as long as the node lives, and answers nil. To wait for ports, use `grp_mon`.
///
/// Corresponds to Perl's `grp_get`.
public func grp_get(_ group: String) -> [PortID]? {
  let ports = Node.current.database[group].knownKeys
  return ports.isEmpty ? nil : ports.map { PortID($0) }
}

/// What a monitor of a group is called with: its ports, those that were added and those that are gone.
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

/// Leaves out what changes no port: values, and that an empty group is empty.
private func familyCallback(of callback: @escaping GroupCallback) -> FamilyCallback {
  { family, added, _, deleted in
    if added.isEmpty, deleted.isEmpty { return }
    func ports(_ keys: some Sequence<String>) -> [PortID] { keys.sorted().map { PortID($0) } }
    try callback(ports(family.keys), ports(added), ports(deleted))
  }
}
