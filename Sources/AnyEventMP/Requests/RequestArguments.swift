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

  /// Everything from this position on.
  func rest(from index: Int) -> [Value] {
    message.count > index ? Array(message[index...]) : []
  }
}
