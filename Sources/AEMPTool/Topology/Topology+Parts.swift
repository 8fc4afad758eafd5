extension Topology {
  /// The known facts of a node.
  struct Node: Hashable {
    let id: String
    /// The result of the question for its connections.
    var state = State.unasked
    /// The program, as it calls itself; empty if not known.
    var provider = ""
    var version = ""
    /// Whether it keeps the merged database.
    var isGlobal = false
    /// The addresses on which it listens; nil if not known.
    var listeners: [String]?
    /// The node that keeps the database for it.
    var master: String?
    var processID: Int?
    var portCount: Int?
    /// Seconds since its start.
    var uptime: Double?
    /// Seconds from the tool to it and back.
    var roundTrip: Double?

    init(id: String) { self.id = id }
  }

  /// The result of the question for a node's connections.
  enum State: Hashable {
    /// The node was not asked.
    case unasked
    /// The node has told its status, with all connections.
    case told
    /// The node has only named the nodes that it is connected to, as nodes of other programs do.
    case named
    /// The node has answered, but not named its connections, for this reason.
    case silent(String)
    /// The node cannot be reached, for this reason.
    case unreachable(String)

    /// Whether the node has answered.
    var isAnswering: Bool {
      switch self {
      case .told, .named, .silent: true
      case .unasked, .unreachable: false
      }
    }

    /// Whether the node has named the nodes that it is connected to.
    var isTelling: Bool { self == .told || self == .named }
  }

  /// Two nodes, in the order of their ids.
  struct Pair: Hashable {
    let a: String
    let b: String

    init(_ one: String, _ other: String) {
      (a, b) = one < other ? (one, other) : (other, one)
    }

    /// The other one of the two nodes.
    func other(than id: String) -> String { a == id ? b : a }

    static func == (one: Pair, other: Pair) -> Bool { one.a == other.a && one.b == other.b }

    func hash(into hasher: inout Hasher) {
      hasher.combine(Text(a))
      hasher.combine(Text(b))
    }
  }

  /// The known facts of a connection.
  struct Link: Hashable {
    let pair: Pair
    var a = End()
    var b = End()
    /// The cipher that encrypts it; empty without encryption, nil if not known.
    var cipher: String?
    /// The node that has dialled.
    var dialler: String?
    /// The ends that have reported it.
    var witnesses: TextSet = []
    /// Seconds from one end to the other and back.
    var roundTrip: Double?

    init(pair: Pair) { self.pair = pair }

    /// The end at one of the two nodes.
    subscript(id: String) -> End {
      get { id == pair.a ? a : b }
      set { if id == pair.a { a = newValue } else { b = newValue } }
    }
  }

  /// The facts of one end of a connection; nil where they are not known.
  struct End: Hashable {
    /// The method by which it has proved itself.
    var authMethod: String?
    /// The framing in which it sends.
    var framing: String?
    /// Bytes that wait there to be sent.
    var queuedBytes: Int?
  }

  /// Whether only one end reports a link although both have reported theirs: it is coming or going.
  func isOneSided(_ link: Link) -> Bool {
    link.witnesses.count == 1 && nodes[link.pair.a]?.state.isTelling == true
      && nodes[link.pair.b]?.state.isTelling == true
  }
}
