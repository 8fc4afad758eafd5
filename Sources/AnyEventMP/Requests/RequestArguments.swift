/// The arguments of a request to the node port, checked as they are taken.
struct RequestArguments {
  let message: UnsafeBufferPointer<Value>

  /// The request's name.
  var request: String { message.first?.string ?? "" }

  /// A required string.
  func string(_ index: Int, _ name: String) throws -> String {
    guard index < message.count, let text = message[index].string else {
      throw RequestError("argument \(index) (\(name)) is missing or is not a string")
    }
    return text
  }

  /// The name of a port here; null, nothing and the empty string stand for the node port.
  func portName(_ index: Int) throws -> String {
    guard index < message.count, !message[index].isNull else { return "" }
    return try string(index, "port name")
  }

  /// A port id; null stands for the node port here.
  func port(_ index: Int) throws -> PortID {
    if index < message.count, case .null = message[index] { return PortID("") }
    return PortID(try string(index, "port"))
  }

  /// Whether this is the node port of the node with that id, which is ours.
  ///
  /// - Throws: ``RequestError`` when it is no port at all.
  func isNodePort(_ index: Int, of id: String) throws -> Bool {
    if index < message.count, case .null = message[index] { return true }
    var text = try string(index, "port")[...].utf8
    if text.last == UInt8(ascii: "#") { text = text.dropLast() }
    return text.isEmpty || text.elementsEqual(id.utf8)
  }

  /// Everything from this position on.
  func rest(from index: Int) -> [Value] {
    message.count > index ? Array(message[index...]) : []
  }
}

/// A request to the node port that cannot be done; it is only logged, as the protocol says.
struct RequestError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension NodeLimits {
  /// - Throws: ``RequestError`` for a name that is too long to be kept.
  func checkName(_ text: String, _ what: @autoclosure () -> String) throws {
    guard text.utf8.count > name else { return }
    throw RequestError(
      "\(what()) has \(text.utf8.count) bytes, more than max_name (\(name)) allows")
  }
}

/// The message that a request has relayed: the rest of the request, with an answer behind it.
struct Relay {
  /// The position of the target port; the message begins behind it.
  let target: Int
  /// The answer, added at the end.
  var answer: [Value] = []

  /// How often a message may be relayed from node to node: it costs up to so many times its bytes.
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
      case "snd", "time", "x-status", "x-reload", "x-leave": rest = rest.dropFirst()
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
