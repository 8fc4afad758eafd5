/// A topology as text: a line a node with its facts, and below it a line a connection.
///
///     seed/1  global, swift-anyevent 0.1.0, listens on 10.0.0.1:4040, 3 ports, pid 71, up 2 min 3 s, 0.21 ms
///       <- w/1  hmac_sha3_512, not encrypted, cbor, 0.34 ms
///     w/1  swift-anyevent 0.1.0, master seed/1, …
///       -> seed/1  hmac_sha3_512, not encrypted, cbor, 0.34 ms
///     w/2  unreachable: connect timeout
///
/// The arrow starts at the node that has dialled; `--` means that this is not known. Of two authentication
/// methods or framings the first is the one of the node above. The time at a node is a round trip
/// from the tool to it, the one at a connection a round trip from one end to the other.
enum TopologyText {
  /// All lines, without their ends.
  static func lines(_ topology: Topology) -> [Shown] {
    var links: TextDictionary<[Topology.Link]> = [:]
    for link in topology.sortedLinks {
      links[link.pair.a, default: []].append(link)
      links[link.pair.b, default: []].append(link)
    }
    return topology.sortedNodes.flatMap { node in
      let own = (links[node.id] ?? []).sorted {
        NaturalOrder.precedes($0.pair.other(than: node.id), $1.pair.other(than: node.id))
      }
      let width = own.map { Legible.line($0.pair.other(than: node.id)).count }.max() ?? 0
      return [line(node)] + own.map { line($0, at: node.id, width, topology) }
    }
  }

  private static func line(_ node: Topology.Node) -> Shown {
    let facts = facts(node).joined(separator: ", ")
    let id: Shown = "\(node.id)"
    switch node.state {
    case .unreachable: return Style.paint("\(id)  \(facts)", .bad)
    case .silent, .unasked: return "\(Style.paint(id, .notable))  \(facts)"
    case .told, .named: return "\(node.isGlobal ? Style.paint(id, .good) : id)  \(facts)"
    }
  }

  /// The known facts of a node, in the order in which they are shown.
  static func facts(_ node: Topology.Node) -> [String] {
    var facts: [String] = []
    if let problem = problem(node) { facts.append(problem) }
    if node.isGlobal { facts.append("global") }
    if !node.provider.isEmpty {
      facts.append(node.version.isEmpty ? node.provider : "\(node.provider) \(node.version)")
    }
    if let listeners = node.listeners {
      facts.append(
        listeners.isEmpty ? "listens nowhere" : "listens on \(listeners.joined(separator: " "))")
    }
    if let master = node.master, master != node.id { facts.append("master \(master)") }
    if let count = node.portCount { facts.append(count == 1 ? "1 port" : "\(count) ports") }
    if let id = node.processID { facts.append("pid \(id)") }
    if let uptime = node.uptime { facts.append("up \(Legible.duration(uptime))") }
    if let seconds = node.roundTrip { facts.append(Legible.milliseconds(seconds)) }
    return facts
  }

  private static func problem(_ node: Topology.Node) -> String? {
    switch node.state {
    case .unreachable(let reason): "unreachable: \(reason)"
    case .silent(let reason): "connections unknown: \(reason)"
    case .unasked: "was not asked"
    case .told, .named: nil
    }
  }

  private static func line(
    _ link: Topology.Link, at id: String, _ width: Int, _ topology: Topology
  ) -> Shown {
    let other = link.pair.other(than: id)
    let name = Legible.line(other)
    let arrow = link.dialler.map { $0 == id ? "->" : "<-" } ?? "--"
    let facts = facts(link, at: id, topology)
    let end = facts.isEmpty ? "" : "  " + facts.joined(separator: ", ")
    let padding = facts.isEmpty ? "" : String(repeating: " ", count: width - name.count)
    return "  \(arrow) \(name)\(padding)\(end)"
  }

  /// The known facts of a connection, seen from one of its ends.
  static func facts(_ link: Topology.Link, at id: String, _ topology: Topology) -> [String] {
    let here = link[id]
    let there = link[link.pair.other(than: id)]
    var facts: [String] = []
    if let methods = Legible.both(here.authMethod, there.authMethod) { facts.append(methods) }
    if let cipher = link.cipher { facts.append(cipher.isEmpty ? "not encrypted" : cipher) }
    if let framings = Legible.both(here.framing, there.framing) { facts.append(framings) }
    if let seconds = link.roundTrip { facts.append(Legible.milliseconds(seconds)) }
    if let bytes = here.queuedBytes, bytes > 0 { facts.append("\(bytes) bytes queued") }
    if topology.isOneSided(link), let witness = link.witnesses.first {
      facts.append("known to \(witness) only")
    }
    return facts
  }
}
