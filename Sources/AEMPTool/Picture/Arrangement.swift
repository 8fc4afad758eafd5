/// Decides which nodes of a topology are in the middle of the picture and which outside, on which side
/// and in which order; and how large they are.
struct Arrangement {
  /// A node in the middle and the nodes that belong to it.
  struct Group {
    let hub: String?
    var members: [String]
  }

  /// All nodes, not placed yet.
  let boxes: [TopologyLayout.Box]
  /// The size of each node's box.
  let sizes: TextDictionary<Rectangle>
  /// The groups on the right from top to bottom, and on the left.
  private(set) var right: [Group] = []
  private(set) var left: [Group] = []
  /// The one node in the middle.
  private(set) var center: String?
  /// Whether there are so many nodes that each gets one line of text only.
  let isCompact: Bool

  /// The number of rows on a side that have room for two lines each.
  private static let roomyRows = 22

  init(_ topology: Topology) {
    let nodes = topology.sortedNodes
    isCompact = nodes.count > Self.roomyRows * 2
    boxes = nodes.map { [isCompact] node in Self.box(node, isCompact) }
    sizes = TextDictionary(boxes.map { ($0.node.id, $0.frame) }, uniquingKeysWith: { $1 })
    let hubs = Self.hubs(topology, nodes)
    let groups = Self.groups(topology, nodes, hubs)
    if hubs.count > 1 {
      split(Self.balanced(groups))
    } else {
      surround(hubs.first, groups.flatMap(\.members))
    }
  }

  /// One node in the middle, or none, and all others around it.
  private mutating func surround(_ hub: String?, _ members: [String]) {
    center = hub
    let half = (members.count + 1) / 2
    right = [Group(hub: nil, members: Array(members.prefix(half)))]
    // The order goes around the picture, so that neighbours stay neighbours.
    left = [Group(hub: nil, members: members.dropFirst(half).reversed())]
  }

  /// Several nodes in the middle: each with its members on one side, and both sides about as high.
  private mutating func split(_ groups: [Group]) {
    let rows = { (group: Group) in max(1, group.members.count) }
    let total = groups.reduce(0) { $0 + rows($1) }
    var taken = 0
    for group in groups {
      if right.isEmpty || (group.hub == nil ? taken * 2 < total : taken * 2 + rows(group) <= total)
      {
        right.append(group)
        taken += rows(group)
      } else {
        left.append(group)
      }
    }
    if left.isEmpty, right.count > 1 { left.append(right.removeLast()) }
    left.reverse()
  }

  /// The groups with one that has most of the nodes spread over both sides.
  private static func balanced(_ groups: [Group]) -> [Group] {
    let total = groups.reduce(0) { $0 + $1.members.count }
    guard let index = groups.firstIndex(where: { $0.members.count * 5 > total * 3 }),
      groups[index].members.count > 6
    else { return groups }
    var groups = groups
    let large = groups.remove(at: index)
    let kept = (total + 1) / 2
    groups.insert(Group(hub: large.hub, members: Array(large.members.prefix(kept))), at: 0)
    let rest = Array(large.members.dropFirst(kept))
    return rest.isEmpty ? groups : groups + [Group(hub: nil, members: rest)]
  }

  /// The nodes in the middle: the global ones, unless all nodes are global.
  private static func hubs(_ topology: Topology, _ nodes: [Topology.Node]) -> [String] {
    let globals = nodes.filter(\.isGlobal).map(\.id)
    if globals.count > 2, globals.count == nodes.count { return [] }
    if !globals.isEmpty { return globals }
    var degrees: TextDictionary<Int> = [:]
    for link in topology.sortedLinks {
      degrees[link.pair.a, default: 0] += 1
      degrees[link.pair.b, default: 0] += 1
    }
    // A node that has no more links than another one is not in the middle.
    let order = nodes.map(\.id).sorted { (degrees[$0] ?? 0) > (degrees[$1] ?? 0) }
    let counts = order.prefix(2).map { degrees[$0] ?? 0 }
    return counts.count == 2 && counts[0] > counts[1] ? [order[0]] : []
  }

  /// Each node with its master, or with the first node in the middle that it is connected to.
  private static func groups(
    _ topology: Topology, _ nodes: [Topology.Node], _ hubs: [String]
  ) -> [Group] {
    let isHub = TextSet(hubs)
    var linked: TextDictionary<String> = [:]
    for link in topology.sortedLinks {
      for (node, other) in [(link.pair.a, link.pair.b), (link.pair.b, link.pair.a)]
      where isHub.contains(other) && linked[node] == nil { linked[node] = other }
    }
    var members: TextDictionary<[String]> = [:]
    var strays: [String] = []
    for node in nodes where !isHub.contains(node.id) {
      if let master = node.master, isHub.contains(master) {
        members[master, default: []].append(node.id)
      } else if let other = linked[node.id] {
        members[other, default: []].append(node.id)
      } else {
        strays.append(node.id)
      }
    }
    let groups = hubs.map { Group(hub: $0, members: members[$0] ?? []) }
    return strays.isEmpty ? groups : groups + [Group(hub: nil, members: strays)]
  }

  private static func box(_ node: Topology.Node, _ isCompact: Bool) -> TopologyLayout.Box {
    let name = Lettering.shortened(Legible.line(node.id), to: 32)
    let fact = isCompact ? "" : Lettering.shortened(Legible.line(fact(node)), to: 34)
    // Letters in bold are a little wider.
    let width = max(
      Lettering.width(name, Lettering.name) * 1.03, Lettering.width(fact, Lettering.fact))
    return TopologyLayout.Box(
      node: node,
      frame: Rectangle(
        center: Point(x: 0, y: 0), width: max(56, width + 20), height: fact.isEmpty ? 24 : 38),
      name: name, fact: fact)
  }

  /// The most important fact of a node besides its id.
  private static func fact(_ node: Topology.Node) -> String {
    switch node.state {
    case .unreachable: return "unreachable"
    case .silent: return "connections unknown"
    case .unasked: return "not asked"
    case .told, .named: break
    }
    if let listener = node.listeners?.first { return listener }
    return node.listeners == nil ? node.provider : "listens nowhere"
  }
}
