import AnyEventMPTesting

@testable import AnyEventMP

extension GuaranteeRun {
  /// In a whole and quiet network nothing may be there whose owner is gone.
  func checkLeftovers() {
    var links = 0
    for member in members {
      guard let node = member.node else { continue }
      func complain(_ text: String) { report("\(node.id): \(text)") }
      let ports = receivers.count { $0.host == member.host.name && !$0.isDead }
      if node.status.portCount != ports {
        complain("\(node.status.portCount) ports instead of \(ports)")
      }
      if !node.kernel.deferred.isEmpty { complain("something is deferred") }
      if !node.kernel.timers.isEmpty { complain("a timer is left") }
      if node.strangerCount > 0 {
        complain("\(node.strangerCount) handshakes are under way")
      }
      if !node.kernel.home.monitors.isEmpty { complain("monitors of missing ports are left") }
      for port in node.kernel.ports.all { checkWatchers(of: port, complain) }
      for (id, entry) in node.peers.entries.sorted(by: { $0.key < $1.key }) {
        if entry.link != nil { links += 1 } else { complain("\(id) is kept without a connection") }
        if entry.search != nil { complain("something waits for \(id)") }
        checkMonitors(of: node, entry)
      }
    }
    if links != network.openConnections * 2 {
      report("\(links) links, but \(network.openConnections) connections")
    }
  }

  /// A monitor of another node belongs to the connection by which it came.
  private func checkWatchers(of port: LocalPort, _ complain: (String) -> Void) {
    for entry in port.monitors?.nodes ?? [] {
      if !entry.isCurrent || (entry as? Peer)?.link == nil || !entry.watching.contains(port) {
        complain("\(port.name) keeps a monitor of \(entry.id) from an earlier connection")
      }
    }
  }

  /// Each monitor that the other node holds for us must be one that we have, and the reverse.
  private func checkMonitors(of node: Node, _ entry: NodeEntry) {
    guard let other = members.first(where: { $0.host.name == entry.id })?.node else {
      return report("\(node.id) knows \(entry.id), which does not exist")
    }
    let ours = Set(entry.monitors.all.map(\.name).filter { !$0.isEmpty })
    let watched = other.peers.entries[node.id]?.watching.all ?? []
    let theirs = Set(watched.map(\.name))
    if ours != theirs { report("\(node.id) monitors \(ours), \(entry.id) knows of \(theirs)") }
    for port in watched {
      let nodes = port.monitors?.nodes ?? []
      if other.kernel.ports.find(port.name) !== port || !nodes.contains(where: { $0.id == node.id })
      {
        report("\(other.id) keeps a monitor of \(port.name) without a port")
      }
    }
  }
}
