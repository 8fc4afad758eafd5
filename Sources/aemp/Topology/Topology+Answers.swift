import AnyEventMP

/// What the answers of nodes add to the picture.
extension Topology {
  /// A node has told its status.
  mutating func told(_ status: NodeStatus, by id: String) {
    touch(id) { node in
      node.state = .told
      node.provider = status.provider
      node.version = status.version
      node.isGlobal = status.isGlobal
      node.listeners = status.listeners
      node.master = status.master
      node.processID = status.processID
      node.portCount = status.portCount
      node.uptime = status.uptime.isFinite ? status.uptime : nil
    }
    for connection in status.connections { told(connection, by: id) }
  }

  private mutating func told(_ connection: NodeStatus.Connection, by id: String) {
    let other = connection.node
    touch(Pair(id, other), saidBy: id) { link in
      // Where the two do not agree, each knows best what it does itself, and the first is believed.
      if link.pair.a == id || !link.witnesses.contains(other) {
        link.cipher = connection.cipher
        link.dialler = connection.isDialled ? id : other
      }
      link[id].authMethod = connection.sentAuthMethod
      link[id].framing = connection.sendFraming
      link[id].queuedBytes = connection.queuedBytes
      guard !link.witnesses.contains(other) else { return }
      link[other].authMethod = connection.authMethod
      link[other].framing = connection.receiveFraming
    }
    note(provider: connection.provider, of: other)
  }

  /// A node has named those that it is connected to.
  mutating func named(_ others: [String], by id: String) {
    touch(id) { $0.state = .named }
    for other in others { touch(Pair(id, other), saidBy: id) { _ in } }
  }

  /// A node answers, but does not tell whom it is connected to.
  mutating func silent(_ id: String, because reason: String) {
    touch(id) { $0.state = .silent(reason) }
  }

  /// A node cannot be reached.
  mutating func unreachable(_ id: String, because reason: String) {
    touch(id) { $0.state = .unreachable(reason) }
  }

  /// The program of a node, as its greeting names it.
  mutating func note(provider: String, of id: String) {
    // What the node itself says comes first.
    guard !provider.isEmpty, nodes[id]?.provider.isEmpty == true else { return }
    nodes[id]?.provider = provider
  }

  /// What the global database says of the nodes: it knows those that don't tell themselves.
  mutating func note(listeners: TextDictionary<[String]>, globals: TextSet) {
    for id in nodes.keys where nodes[id]?.state != .told {
      if let binds = listeners[id] { nodes[id]?.listeners = binds }
      if globals.contains(id) { nodes[id]?.isGlobal = true }
    }
  }
}
