import AnyEventMP

/// A network as its nodes describe it: gathered answer by answer, and the same whatever their order.
///
/// Nothing that a node says can be trusted to fit what another says. What both ends of a connection
/// tell is one link.
struct Topology {
  /// The nodes by id: those that were asked and those that others are connected to.
  var nodes: TextDictionary<Node> = [:]
  /// The connections by their two ends.
  private(set) var links: [Pair: Link] = [:]
  /// Whether there are more nodes or links than anybody can look at; the others are left out.
  private(set) var isCut = false

  /// The nodes that were named to begin with.
  private let starts: TextSet
  /// The tool's own node.
  private let ownID: String
  /// So many nodes are taken up.
  private let limit: Int
  /// So many links: a node that lies can name very many between the same nodes.
  private var linkLimit: Int { 100 * limit }
  /// The nodes in the order in which they were taken up; those before `next` are asked, or need not be.
  private var found: [String] = []
  private var next = 0

  /// A network of which nothing is known.
  ///
  /// - Parameters:
  ///   - starts: nodes that are shown whatever they are.
  ///   - ownID: the node that looks, which is no part of the network.
  ///   - limit: how many nodes are taken up; a node that lies must not make us dial for ever.
  init(starts: [String] = [], ownID: String = "", limit: Int = 5000) {
    self.starts = TextSet(starts)
    self.ownID = ownID
    self.limit = limit
    for id in starts { touch(id) { _ in } }
  }

  /// The nodes in the order in which they are shown: the global ones first, each group by its ids.
  var sortedNodes: [Node] {
    nodes.values.sorted {
      $0.isGlobal == $1.isGlobal ? NaturalOrder.precedes($0.id, $1.id) : $0.isGlobal
    }
  }

  /// Hands out a node that was not asked yet, each once and the first found first; nil if there is none.
  mutating func nextToAsk() -> String? {
    while next < found.count {
      defer { next += 1 }
      if nodes[found[next]]?.state == .unasked { return found[next] }
    }
    return nil
  }

  /// The links by the ids of their ends.
  var sortedLinks: [Link] {
    links.values.sorted { one, other in
      one.pair.a == other.pair.a
        ? NaturalOrder.precedes(one.pair.b, other.pair.b)
        : NaturalOrder.precedes(one.pair.a, other.pair.a)
    }
  }

  /// Whether a node is no part of the picture: our own, and those of other tools that look around.
  func isLeftOut(_ id: String) -> Bool {
    if id == ownID { return true }
    return !starts.contains(id) && (id.hasPrefix("anon/") || !Self.canBeNode(id))
  }

  /// Whether a text can be a node id: `[A-Za-z0-9_\-.:/]+`; nobody can be asked by another.
  private static func canBeNode(_ id: String) -> Bool {
    !id.isEmpty
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-")...UInt8(ascii: "/"),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// Changes what is known of a node, which is taken up if it is new; false if it is left out.
  @discardableResult
  mutating func touch(_ id: String, _ change: (inout Node) -> Void) -> Bool {
    guard !isLeftOut(id) else { return false }
    if nodes[id] == nil {
      guard nodes.count < limit else {
        isCut = true
        return false
      }
      found.append(id)
    }
    change(&nodes[id, default: Node(id: id)])
    return true
  }

  /// Changes what is known of the connection between two nodes, of which one says that it is there.
  mutating func touch(_ pair: Pair, saidBy id: String, _ change: (inout Link) -> Void) {
    guard pair.a != pair.b, touch(pair.a, { _ in }), touch(pair.b, { _ in }) else { return }
    guard links[pair] != nil || links.count < linkLimit else {
      isCut = true
      return
    }
    links[pair, default: Link(pair: pair)].witnesses.insert(id)
    change(&links[pair, default: Link(pair: pair)])
  }

  /// Notes how long it took to a node and back.
  mutating func note(roundTrip seconds: Double, to id: String) {
    nodes[id]?.roundTrip = seconds
  }

  /// Notes how long it takes from one end of a link to the other and back.
  mutating func note(roundTrip seconds: Double, of pair: Pair) {
    links[pair]?.roundTrip = max(0, seconds)
  }
}
