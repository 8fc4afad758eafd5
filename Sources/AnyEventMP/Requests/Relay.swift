/// What a request has sent on: the rest of its message, with an answer behind it.
struct Relay {
  /// Which argument is the port that it is for; the message begins behind it.
  let target: Int
  /// What is added at the end.
  var answer: [Value] = []

  /// How often a message may be relayed from node to node; so much more than it has bytes it costs.
  static let maximum = 16

  /// The part of a request that is sent on.
  func rest(of request: UnsafeBufferPointer<Value>) -> UnsafeBufferPointer<Value> {
    UnsafeBufferPointer(rebasing: request.dropFirst(target + 1))
  }

  /// How often a message to a node port asks to be relayed to a node port; of more than
  /// ``maximum`` the rest is not counted.
  static func count(in message: UnsafeBufferPointer<Value>) -> Int {
    var rest = message[...]
    var count = 0
    while count <= maximum, let name = rest.first?.string {
      switch name {
      case "snd", "time", "x-status": rest = rest.dropFirst()
      case "can", "eval": rest = rest.dropFirst(2)
      default: return count
      }
      // Null is a node port, too.
      let port = rest.popFirst()?.string ?? ""
      guard isNode(port) else { return count }
      count += 1
    }
    return count
  }

  /// Whether this is the id of a node's own port.
  private static func isNode(_ port: String) -> Bool {
    guard let hash = port.utf8.firstIndex(of: UInt8(ascii: "#")) else { return true }
    return port.utf8.index(after: hash) == port.utf8.endIndex
  }
}
