internal import AEMPWire

/// A connection through a proxy: from the node that has dialled to the node whose listener it has reached.
struct ProxyConnection {
  /// The ends of a connection.
  enum Side {
    case dialler, listener

    var other: Side { self == .dialler ? .listener : .dialler }
  }

  /// The steps of a connection, from the first line to passing bytes.
  enum Stage {
    /// The first line of the dialler, which names it, is not there yet.
    case greeting
    /// The listener's end is to be dialled, but the link is silent.
    case held
    /// The listener's end is dialled.
    case dialling
    case open
  }

  /// The node whose listener the connection has reached.
  let listener: String
  /// The node that has dialled; nil before its greeting is there, and for a dialler that sends no node's greeting.
  var dialler: String?
  var stage = Stage.greeting
  /// The bytes that have come from the dialler before its greeting was complete.
  var opening: [UInt8] = []
  /// The lane to the listener and the lane back to the dialler.
  private var there = ProxyLane()
  private var back = ProxyLane()
  /// Whether the link counts this connection.
  var isCounted = false
  /// When the connection next has something to do; nil: never.
  var wake: Double?

  init(to listener: String) { self.listener = listener }

  /// The lane of the bytes that come from a side.
  subscript(from side: Side) -> ProxyLane {
    get { side == .dialler ? there : back }
    _modify {
      if side == .dialler { yield &there } else { yield &back }
    }
  }

  /// The key of the link that the connection belongs to; nil while its dialler is not known.
  var link: String? { dialler.map { ProxyLink.key($0, listener) } }

  /// The node at a side; empty if it is not known.
  func node(at side: Side) -> String { side == .dialler ? dialler ?? "" : listener }

  /// The longest line that a node's greeting may have.
  private static let longestLine = 4096

  /// Looks for the dialler's name in its first line; false while that is not complete.
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
