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

  /// The name of one of our ports; null, nothing and the empty string stand for the node port.
  func portName(_ index: Int) throws -> String {
    guard index < message.count, !message[index].isNull else { return "" }
    return try string(index, "port name")
  }

  /// A port id; null stands for our node port.
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
