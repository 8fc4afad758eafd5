internal import AEMPWire

/// A connection through a proxy: from a node that has dialled to the one whose listener it has found.
struct ProxyConnection {
  /// The ends of a connection.
  enum Side {
    case dialler, listener

    var other: Side { self == .dialler ? .listener : .dialler }
  }

  /// How far it has come.
  enum Stage {
    /// The first line of the dialler, which names it, is not there yet.
    case greeting
    /// The listener's end is to be dialled, but the link is silent.
    case held
    /// The listener's end is dialled.
    case dialling
    case open
  }

  /// The node whose listener it has found.
  let listener: String
  /// The node that has dialled; nil before it has said so, and if it has said no node's greeting.
  var dialler: String?
  var stage = Stage.greeting
  /// What the dialler has said before it was known.
  var opening: [UInt8] = []
  /// What goes to the listener, and what goes back.
  private var there = ProxyLane()
  private var back = ProxyLane()
  /// Whether it counts as one of its link.
  var isCounted = false
  /// When there is something to do; nil: never.
  var wake: Double?

  init(to listener: String) { self.listener = listener }

  /// The direction of what comes from a side.
  subscript(from side: Side) -> ProxyLane {
    get { side == .dialler ? there : back }
    _modify {
      if side == .dialler { yield &there } else { yield &back }
    }
  }

  /// The key of the link it belongs to; nil when it is not known who has dialled.
  var link: String? { dialler.map { ProxyLink.key($0, listener) } }

  /// The node at a side; empty if it is not known.
  func node(at side: Side) -> String { side == .dialler ? dialler ?? "" : listener }

  /// The longest line that a node's greeting may have.
  private static let longestLine = 4096

  /// Looks for the name of the dialler in what it has said; false if more has to come.
  mutating func hasGreeted() -> Bool {
    let end = opening.firstIndex(of: UInt8(ascii: "\n"))
    guard end != nil || opening.count >= Self.longestLine else { return false }
    var line = opening[..<(end ?? 0)]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    dialler = Self.node(in: String(decoding: line, as: UTF8.self))
    return true
  }

  /// The node whose greeting begins with this line; nil if it is none.
  ///
  /// Only what every version of the protocol has is looked at.
  private static func node(in line: String) -> String? {
    if let greeting = try? Greeting(line: line) { return greeting.nodeID }
    let fields = line.split(separator: ";", omittingEmptySubsequences: false)
    guard fields.count > 2, fields[0].hasPrefix(Greeting.nodeProtocol) else { return nil }
    let node = String(fields[2])
    return Greeting.isValid(nodeID: node) ? node : nil
  }
}
