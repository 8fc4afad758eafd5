internal import AEMPWire
import AnyEventMP

/// A network as its nodes describe it: gathered answer by answer, and the same whatever their order.
///
/// Answers of different nodes may contradict each other. A connection that both ends report is one link.
struct Topology {
  /// The nodes by id: all that were asked, and all that they are connected to.
  var nodes: TextDictionary<Node> = [:]
  /// The connections by their two ends.
  private(set) var links: [Pair: Link] = [:]
  /// Whether there are more nodes or links than the limits; the others are left out.
  private(set) var isCut = false

  /// The nodes to begin with.
  private let starts: TextSet
  /// The tool's own node.
  private let ownID: String
  /// The greatest number of nodes.
  private let limit: Int
  /// The greatest number of links: a node that lies can name very many between the same nodes.
  private var linkLimit: Int { 100 * limit }
  /// The nodes in the order in which they were found; those before `next` were asked, or need not be.
  private var found: [String] = []
  private var next = 0

  /// A network of which nothing is known.
  ///
  /// - Parameters:
  ///   - starts: nodes that are shown in any case.
  ///   - ownID: the node of the tool, which is no part of the picture.
  ///   - limit: the greatest number of nodes: a node that lies must not make the tool dial for ever.
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

  /// Returns a node that was not asked yet, each once and the first found first; nil if there is none.
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

  /// Whether a node is no part of the picture: the tool's own, and those of other tools.
  func isLeftOut(_ id: String) -> Bool {
    if id == ownID { return true }
    // A node with an invalid id cannot be asked.
    return !starts.contains(id) && (id.hasPrefix("anon/") || !Greeting.isValid(nodeID: id))
  }

  /// Changes a node, which is added if it is new; false if it is left out.
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

  /// Changes the link between two nodes, of which one reports it; it is added if it is new.
  mutating func touch(_ pair: Pair, saidBy id: String, _ change: (inout Link) -> Void) {
    guard pair.a != pair.b, touch(pair.a, { _ in }), touch(pair.b, { _ in }) else { return }
    guard links[pair] != nil || links.count < linkLimit else {
      isCut = true
      return
    }
    links[pair, default: Link(pair: pair)].witnesses.insert(id)
    change(&links[pair, default: Link(pair: pair)])
  }

  /// Notes the round trip (s) from the tool to a node.
  mutating func note(roundTrip seconds: Double, to id: String) {
    nodes[id]?.roundTrip = seconds
  }

  /// Notes the round trip (s) from one end of a link to the other.
  mutating func note(roundTrip seconds: Double, of pair: Pair) {
    links[pair]?.roundTrip = max(0, seconds)
  }
}

// MARK: - Answers

/// The answers of nodes, each added to the picture.
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
      // Where the two do not agree, each is right about itself, and the first one about the connection.
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

  /// A node has named the nodes that it is connected to.
  mutating func named(_ others: [String], by id: String) {
    touch(id) { $0.state = .named }
    for other in others { touch(Pair(id, other), saidBy: id) { _ in } }
  }

  /// A node has answered, but not named the nodes that it is connected to.
  mutating func silent(_ id: String, because reason: String) {
    touch(id) { $0.state = .silent(reason) }
  }

  /// A node cannot be reached.
  mutating func unreachable(_ id: String, because reason: String) {
    touch(id) { $0.state = .unreachable(reason) }
  }

  /// The program of a node, as its greeting names it.
  mutating func note(provider: String, of id: String) {
    // The answer of the node itself comes first.
    guard !provider.isEmpty, nodes[id]?.provider.isEmpty == true else { return }
    nodes[id]?.provider = provider
  }

  /// Adds entries of the global database for the nodes that have not told their status themselves.
  mutating func note(listeners: TextDictionary<[String]>, globals: TextSet) {
    for id in nodes.keys where nodes[id]?.state != .told {
      if let binds = listeners[id] { nodes[id]?.listeners = binds }
      if globals.contains(id) { nodes[id]?.isGlobal = true }
    }
  }
}

/// The order of names for people: `node/9` before `node/10`.
enum NaturalOrder {
  /// Whether the first name comes before the second.
  static func precedes(_ one: String, _ other: String) -> Bool {
    var (one, other) = (one, other)
    return one.withUTF8 { a in other.withUTF8 { b in precedes(a, b) } }
  }

  private static func precedes(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if a[i].isDigit, b[j].isDigit {
        let (x, y) = (number(in: a, &i), number(in: b, &j))
        if x.count != y.count { return x.count < y.count }
        if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
      } else if a[i] != b[j] {
        return a[i] < b[j]
      } else {
        i += 1
        j += 1
      }
    }
    // Names that differ by leading zeros only have an order, too.
    return i == a.count && j == b.count ? a.lexicographicallyPrecedes(b) : i == a.count
  }

  /// The digits from an index on, which is moved behind them; without leading zeros.
  private static func number(
    in text: UnsafeBufferPointer<UInt8>, _ index: inout Int
  ) -> Slice<UnsafeBufferPointer<UInt8>> {
    while index + 1 < text.count, text[index] == UInt8(ascii: "0"), text[index + 1].isDigit {
      index += 1
    }
    let start = index
    while index < text.count, text[index].isDigit { index += 1 }
    return text[start..<index]
  }
}
