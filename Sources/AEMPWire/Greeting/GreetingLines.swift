/// The two lines that one side sends at once when a connection begins, without line endings.
public struct GreetingLines: Equatable, Sendable {
  /// The longest line of the handshake in bytes, its ending included.
  public static let maximumLength = 4096

  /// The text of the ``Greeting``.
  public let first: String
  /// The text of the ``Nonce``.
  public let second: String

  /// The lines of a greeting made now.
  ///
  /// - Throws: ``Refusal`` when they cannot be sent: no valid node id or protocol name, a line break
  ///   inside, or more than ``maximumLength`` bytes.
  public init(_ greeting: Greeting, _ nonce: Nonce) throws(Refusal) {
    guard Greeting.isValid(nodeID: greeting.nodeID) else {
      throw .invalidOwnNodeID(greeting.nodeID)
    }
    guard Greeting.isValid(protocolName: greeting.protocolName) else {
      throw .invalidOwnProtocol(greeting.protocolName)
    }
    try self.init(first: greeting.line, second: nonce.description)
  }

  /// Lines that are known beforehand, for instance from a recording.
  ///
  /// - Throws: ``Refusal`` when a line has a line break inside or more than ``maximumLength`` bytes.
  public init(first: String, second: String) throws(Refusal) {
    for line in [first, second] {
      guard line.utf8.count < GreetingLines.maximumLength else { throw .ownLineTooLong }
      guard !line.utf8.contains(where: { $0 == 10 || $0 == 13 }) else { throw .ownLineBroken }
    }
    self.first = first
    self.second = second
  }

  /// Both lines with their endings: what is sent, and this side's half of what is authenticated.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(first.utf8.count + second.utf8.count + 2)
    bytes += first.utf8
    bytes.append(10)
    bytes += second.utf8
    bytes.append(10)
    return bytes
  }
}
