@testable import AnyEventMP
@testable import AnyEventMPTesting

extension GuaranteeRun {
  /// In a whole and quiet network nothing may be there whose owner is gone.
  func checkLeftovers() {
    var links = 0
    for member in members {
      guard let node = member.node else { continue }
      func complain(_ text: String) { report("\(node.id): \(text)") }
      let ports = receivers.count { $0.host == member.host.index && !$0.isDead }
      if node.ports.count != ports { complain("\(node.ports.count) ports instead of \(ports)") }
      if !node.deferred.isEmpty { complain("something is deferred") }
      if !node.timers.isEmpty { complain("a timer is left") }
      if node.switchboard.pendingCount > 0 {
        complain("\(node.switchboard.pendingCount) handshakes are under way")
      }
      if !node.home.monitors.isEmpty { complain("monitors of missing ports are left") }
      for port in node.ports.all { checkWatchers(of: port, complain) }
      for (id, entry) in node.entries.sorted(by: { $0.key < $1.key }) {
        if entry.link != nil { links += 1 } else { complain("\(id) is kept without a connection") }
        if entry.waiting != nil || entry.search != nil { complain("something waits for \(id)") }
        checkMonitors(of: node, entry)
      }
    }
    if links != network.openConnections * 2 {
      report("\(links) links, but \(network.openConnections) connections")
    }
  }

  /// A monitor of another node belongs to the connection by which it came.
  private func checkWatchers(of port: LocalPort, _ complain: (String) -> Void) {
    for serial in port.monitors?.serials ?? [] {
      guard case .node(let entry) = port.monitors?[serial] else { continue }
      if !entry.isCurrent || entry.link == nil || entry.watching[port.name]?.serial != serial {
        complain("\(port.name) keeps a monitor of \(entry.id) from an earlier connection")
      }
    }
  }

  /// Each monitor that the other node holds for us must be one that we have, and the reverse.
  private func checkMonitors(of node: Node, _ entry: NodeEntry) {
    guard let other = members.first(where: { $0.host.name == entry.id })?.node else {
      return report("\(node.id) knows \(entry.id), which does not exist")
    }
    let ours = Set(entry.monitors.keys.filter { !$0.isEmpty })
    let theirs = Set(other.entries[node.id]?.watching.keys.map { $0 } ?? [])
    if ours != theirs { report("\(node.id) monitors \(ours), \(entry.id) knows of \(theirs)") }
    for (name, token) in other.entries[node.id]?.watching ?? [:] {
      guard let port = other.ports.find(name), port.monitors?[token.serial] != nil else {
        report("\(other.id) keeps a monitor of \(name) without a port")
        continue
      }
    }
  }
}
