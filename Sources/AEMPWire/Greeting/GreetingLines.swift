/// The two lines that one side sends at once when a connection begins, without line endings.
public struct GreetingLines: Equatable, Sendable {
  /// The longest line of the handshake in bytes, its ending included.
  public static let maximumLength = 4096

  /// Both lines with their endings: this side's half of the authenticated bytes.
  let bytes: [UInt8]
  /// The length of the first line.
  private let firstCount: Int

  /// The text of the ``Greeting``.
  public var first: String { String(decoding: firstBytes, as: UTF8.self) }
  /// The text of the ``Nonce``.
  public var second: String { String(decoding: secondBytes, as: UTF8.self) }

  /// The bytes of ``first``.
  var firstBytes: ArraySlice<UInt8> { bytes[..<firstCount] }
  /// The bytes of ``second``.
  var secondBytes: ArraySlice<UInt8> { bytes[(firstCount + 1)..<(bytes.count - 1)] }

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
    try self.init(greeting.bytes, nonce.description)
  }

  /// Lines that are known beforehand, for instance from a recording.
  ///
  /// - Throws: ``Refusal`` when a line has a line break inside or more than ``maximumLength`` bytes.
  public init(first: String, second: String) throws(Refusal) {
    try self.init(Array(first.utf8), second)
  }

  private init(_ first: [UInt8], _ second: String) throws(Refusal) {
    firstCount = first.count
    var bytes = first
    bytes.append(10)
    bytes += second.utf8
    bytes.append(10)
    self.bytes = bytes
    for line in [firstBytes, secondBytes] {
      guard line.count < GreetingLines.maximumLength else { throw .ownLineTooLong }
      guard !line.contains(where: { $0 == 10 || $0 == 13 }) else { throw .ownLineBroken }
    }
  }
}

/// The second line of a greeting: text that was never sent before, against replays.
public struct Nonce: Hashable, Sendable, CustomStringConvertible {
  /// The text that is sent.
  public let description: String

  /// A fresh nonce: 66 bytes of the operating system's generator in base64, 88 characters.
  public init() {
    var bytes = [UInt8](repeating: 0, count: 66)
    bytes.withUnsafeMutableBytes { BufferedRandom().fill($0) }
    description = Base64.encode(bytes)
  }

  /// A nonce that is known beforehand, for tests and replays; two connections must never share one.
  public init(replaying text: String) { description = text }
}

// MARK: - Refusals

/// The refusals of a greeting.
extension Refusal {
  static func notAEMP(_ line: String) -> Refusal {
    Refusal(
      .malformedGreeting,
      """
      the other end does not speak AEMP, it says \(quoted(line)): check host and port of the \
      address
      """)
  }

  static let tooFewFields = Refusal(
    .malformedGreeting,
    "the greeting of the other end has too few fields: it does not speak AEMP as we know it")

  static let tooManyFields = Refusal(
    .malformedGreeting,
    "the greeting of the other end has too many fields: it does not speak AEMP as we know it")

  static func wrongVersion(_ version: String) -> Refusal {
    Refusal(
      .wrongVersion,
      """
      the other end speaks version \(quoted(version)) of AEMP, we speak \(Greeting.version): both \
      need software of the same generation
      """)
  }

  static func invalidNodeID(_ id: String) -> Refusal {
    Refusal(
      .invalidNodeID,
      "the other end calls itself \(quoted(id)): node ids consist of A-Z a-z 0-9 _ - . : / only")
  }

  static func invalidOwnNodeID(_ id: String) -> Refusal {
    Refusal(
      .invalidNodeID,
      """
      \(quoted(id)) cannot be our node id: use the characters A-Z a-z 0-9 _ - . : / only, and at \
      least one
      """)
  }

  static func invalidOwnProtocol(_ name: String) -> Refusal {
    Refusal(.wrongProtocol, "\(quoted(name)) is no protocol name: use aemp or aemp-NAME")
  }

  static let ownLineTooLong = Refusal(
    .lineTooLong,
    """
    our greeting does not fit into a line of \(GreetingLines.maximumLength) bytes: use a shorter \
    node id or shorter keys
    """)

  static let ownLineBroken = Refusal(
    .lineBreak, "our greeting has a line break inside: take it out of the keys or the nonce")
}
