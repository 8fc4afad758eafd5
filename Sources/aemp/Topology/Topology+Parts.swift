extension Topology {
  /// What is known of a node.
  struct Node: Hashable {
    let id: String
    /// What became of the question for its connections.
    var state = State.unasked
    /// The program, as it calls itself; empty if nobody has said.
    var provider = ""
    var version = ""
    /// Whether it keeps the merged database.
    var isGlobal = false
    /// Where it listens; nil if nobody has said.
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

  /// What became of the question for a node's connections.
  enum State: Hashable {
    /// It was not asked.
    case unasked
    /// It has told all of them, and what they run on.
    case told
    /// It has told whom it is connected to, as nodes of other programs do.
    case named
    /// It answers, but does not tell; why.
    case silent(String)
    /// It cannot be reached; why.
    case unreachable(String)

    /// Whether the node is there.
    var isAnswering: Bool {
      switch self {
      case .told, .named, .silent: true
      case .unasked, .unreachable: false
      }
    }

    /// Whether the node has said whom it is connected to.
    var isTelling: Bool { self == .told || self == .named }
  }

  /// Two nodes, in the order of their ids.
  struct Pair: Hashable {
    let a: String
    let b: String

    init(_ one: String, _ other: String) {
      (a, b) = one < other ? (one, other) : (other, one)
    }

    /// The one that is not this.
    func other(than id: String) -> String { a == id ? b : a }

    static func == (one: Pair, other: Pair) -> Bool { one.a == other.a && one.b == other.b }

    func hash(into hasher: inout Hasher) {
      hasher.combine(Text(a))
      hasher.combine(Text(b))
    }
  }

  /// What is known of a connection.
  struct Link: Hashable {
    let pair: Pair
    /// What the nodes at its ends do.
    var a = End()
    var b = End()
    /// What it is encrypted with; empty if it is not, nil if nobody has said.
    var cipher: String?
    /// Who has dialled.
    var dialler: String?
    /// The ends that have told of it.
    var witnesses: TextSet = []
    /// Seconds from one end to the other and back.
    var roundTrip: Double?

    init(pair: Pair) { self.pair = pair }

    /// What one of the two nodes does.
    subscript(id: String) -> End {
      get { id == pair.a ? a : b }
      set { if id == pair.a { a = newValue } else { b = newValue } }
    }
  }

  /// What one node does at its end of a connection; nil where nobody has said.
  struct End: Hashable {
    /// The method by which it has proved itself.
    var authMethod: String?
    /// The framing of what it sends.
    var framing: String?
    /// Bytes that wait there to be sent.
    var queuedBytes: Int?
  }

  /// Whether only one end tells of a link although both tell of theirs: it is coming or going.
  func isOneSided(_ link: Link) -> Bool {
    link.witnesses.count == 1 && nodes[link.pair.a]?.state.isTelling == true
      && nodes[link.pair.b]?.state.isTelling == true
  }
}
