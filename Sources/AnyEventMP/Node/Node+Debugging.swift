import AnyEvent

extension Node {
  /// Tells the debug shells of the loop of this node's ports and of other nodes.
  func addDebugTopics() {
    let topics = DebugTopics.of(loop)
    topics.add("nodes", "the nodes that are known, and the connections to them") { [weak self] in
      self?.nodeLines
    }
    topics.add("ports", "the ports") { [weak self] in self?.portLines }
  }

  private var nodeLines: [String] {
    let connected = Dictionary(uniqueKeysWithValues: connections.map { ($0.node, $0) })
    let others = knownNodes.map { node in
      guard let one = connected[node] else { return "\(node) not connected" }
      let direction = one.isDialled ? "to" : "from"
      return
        "\(node) connected \(direction) \(one.address), \(one.provider), \(one.sendFraming)/\(one.receiveFraming), \(one.queuedBytes) bytes wait"
    }
    return ["\(id.isEmpty ? "a node without a name" : id) this node, \(kernel.ports.count) ports"]
      + others
  }

  private var portLines: [String] {
    kernel.ports.all.map { port in
      let monitors = port.monitors.map { "\($0.count) monitors" } ?? "no monitors"
      return "\(id)#\(port.name) \(port.hasReceived ? "receives" : "has no receiver"), \(monitors)"
    }.sorted()
  }
}
