/// The first line of a greeting: the sender, and the methods and framings that it understands.
///
///     aemp;1;<node id>;<auth methods>;<framings>[;key=value]...
///
/// Lists are ordered, most preferred first. Corresponds to the greeting of `AnyEvent::MP::Transport`.
public struct Greeting: Equatable, Sendable {
  /// One of the `key=value` fields.
  public struct Key: Hashable, Sendable {
    /// The text before the first `=`.
    public var name: String
    /// The text behind the first `=`; empty when there is none.
    public var value: String

    /// The field `name=value`.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The version of the protocol that this greeting always has; others are refused by the parser.
  public static let version = "1"

  /// `aemp`, or `aemp-<name>` for a connection that belongs to a protocol extension.
  public var protocolName: String
  /// The node that sent the greeting.
  public var nodeID: String
  /// The authentication methods that the sender accepts.
  public var authMethods: [AuthMethod]
  /// The names of the framings that the sender understands, also those unknown here.
  public var framings: [String]
  /// The other fields in the order of the line.
  public var keys: [Key]

  /// A greeting with these fields; ``GreetingLines`` checks whether it can be sent.
  public init(
    protocolName: String = Greeting.nodeProtocol, nodeID: String, authMethods: [AuthMethod],
    framings: [String], keys: [Key] = []
  ) {
    self.protocolName = protocolName
    self.nodeID = nodeID
    self.authMethods = authMethods
    self.framings = framings
    self.keys = keys
  }

  /// The protocol name of a connection between nodes.
  public static let nodeProtocol = "aemp"

  /// The key whose value is the public key of a sealed connection in base64.
  static let publicKeyKey = "x-kx"
  /// The key whose value names the secrets of the sender, recognisable only with the same secret.
  static let secretsKey = "x-kid"

  /// The key whose value no other node has, even one with the same node id: by it a node notices that it
  /// has dialled itself.
  public static let instanceKey = "x-instance"

  /// The key which says that the sender has a certificate; the value is a version.
  static let tlsKey = "tls"

  /// Whether the sender wants TLS if the other end does, in a known version.
  var offersTLS: Bool { self[key: Greeting.tlsKey]?.hasPrefix("1.") == true }

  /// Whether this is a connection between nodes, not one of a protocol extension.
  public var isNodeConnection: Bool { protocolName == Greeting.nodeProtocol }

  /// The value of a `key=value` field, nil when it is absent; the last one wins, as in Perl.
  public subscript(key name: String) -> String? {
    keys.last { $0.name == name }?.value
  }

  /// Whether the text can be a node id: `[A-Za-z0-9_\-.:/]+`.
  public static func isValid(nodeID: String) -> Bool {
    !nodeID.isEmpty
      && nodeID.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
          UInt8(ascii: "-")...UInt8(ascii: "/"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }

  /// Whether the text can be a protocol name: `aemp`, or `aemp-` and a name.
  static func isValid(protocolName: String) -> Bool {
    protocolName == nodeProtocol
      || (protocolName.hasPrefix("aemp-") && protocolName.utf8.count > 5)
  }
}

// MARK: - The line

extension Greeting {
  /// Reads the first line of a greeting, without its line ending.
  ///
  /// - Throws: ``Refusal`` with the code ``Refusal/Code/malformedGreeting``,
  ///   ``Refusal/Code/wrongVersion`` or ``Refusal/Code/invalidNodeID``.
  public init(line: String) throws(Refusal) {
    var line = line
    self = try line.withUTF8 { bytes in
      Result { () throws(Refusal) in try Greeting(bytes) }
    }.get()
  }

  private init(_ line: UnsafeBufferPointer<UInt8>) throws(Refusal) {
    var rest = GreetingFields(line, separator: UInt8(ascii: ";"))
    protocolName = rest.next().map(Greeting.unescape) ?? ""
    guard Greeting.isValid(protocolName: protocolName) else {
      throw .notAEMP(String(decoding: line, as: UTF8.self))
    }
    // Another version may have another number of fields, so the version is checked first.
    guard let version = rest.next().map(Greeting.unescape) else { throw .tooFewFields }
    guard version == Greeting.version else { throw .wrongVersion(version) }
    guard let id = rest.next(), let methods = rest.next(), let framings = rest.next() else {
      throw .tooFewFields
    }
    nodeID = Greeting.unescape(id)
    guard Greeting.isValid(nodeID: nodeID) else { throw .invalidNodeID(nodeID) }
    authMethods = try Greeting.list(methods).map(AuthMethod.init(rawValue:))
    self.framings = try Greeting.list(framings)
    keys = []
    keys.reserveCapacity(10)
    var count = 0
    while let field = rest.next() {
      count += 1
      guard count <= Greeting.mostInList else { throw .tooManyFields }
      if let key = Greeting.key(field) { keys.append(key) }
    }
  }

  /// The most methods, framings or keys of an accepted greeting: with the thousands that fit into a line, a
  /// stranger's connection would take many times the memory of its line.
  private static let mostInList = 100

  /// The line that is sent, without a line ending.
  public var line: String { String(decoding: bytes, as: UTF8.self) }

  /// The bytes of that line.
  var bytes: [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(400)
    Greeting.append(protocolName, to: &line)
    Greeting.append(Greeting.version, to: &line, after: ";")
    Greeting.append(nodeID, to: &line, after: ";")
    for (index, method) in authMethods.enumerated() {
      Greeting.append(method.rawValue, to: &line, after: index == 0 ? ";" : ",")
    }
    if authMethods.isEmpty { line.append(UInt8(ascii: ";")) }
    for (index, framing) in framings.enumerated() {
      Greeting.append(framing, to: &line, after: index == 0 ? ";" : ",")
    }
    if framings.isEmpty { line.append(UInt8(ascii: ";")) }
    for key in keys {
      Greeting.append(key.name, to: &line, after: ";")
      Greeting.append(key.value, to: &line, after: "=")
    }
    return line
  }

  /// Appends a field or a part of one behind its separator, `;` as `%3b` and `%` as `%25`.
  private static func append(
    _ text: String, to line: inout [UInt8], after separator: Unicode.Scalar? = nil
  ) {
    if let separator { line.append(UInt8(ascii: separator)) }
    var text = text
    text.withUTF8 { bytes in
      guard bytes.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "%") }) else {
        line.append(contentsOf: bytes)
        return
      }
      for byte in bytes {
        switch byte {
        case UInt8(ascii: ";"): line += "%3b".utf8
        case UInt8(ascii: "%"): line += "%25".utf8
        default: line.append(byte)
        }
      }
    }
  }

  /// The elements of a list that are not empty.
  private static func list(_ field: UnsafeBufferPointer<UInt8>) throws(Refusal) -> [String] {
    var elements: [String] = []
    var rest = GreetingFields(field, separator: UInt8(ascii: ","))
    while let element = rest.next() {
      guard !element.isEmpty else { continue }
      guard elements.count < mostInList else { throw .tooManyFields }
      elements.append(unescape(element))
    }
    return elements
  }

  private static func key(_ field: UnsafeBufferPointer<UInt8>) -> Key? {
    guard !field.isEmpty else { return nil }
    // No escape makes a "=".
    var parts = GreetingFields(field, separator: UInt8(ascii: "="))
    let name = parts.next().map(unescape) ?? ""
    return Key(name, unescape(parts.takeRest()))
  }

  /// `%3b` as `;` and `%25` as `%`; any other `%` stays, because version 2.02 escapes nothing.
  static func unescape(_ field: UnsafeBufferPointer<UInt8>) -> String {
    guard field.contains(UInt8(ascii: "%")) else { return String(decoding: field, as: UTF8.self) }
    var bytes: [UInt8] = []
    var rest = field[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      if rest.starts(with: "3b".utf8) || rest.starts(with: "3B".utf8) {
        bytes.append(UInt8(ascii: ";"))
        rest.removeFirst(2)
      } else if rest.starts(with: "25".utf8) {
        bytes.append(UInt8(ascii: "%"))
        rest.removeFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The fields of a greeting between separators, one after the other.
private struct GreetingFields {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  /// Where the next field begins; nil behind the last one.
  private var start: Int? = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
  }

  /// The next field; there is at least one, which may be empty.
  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    guard let start else { return nil }
    var end = start
    while end < bytes.count, bytes[end] != separator { end += 1 }
    self.start = end < bytes.count ? end + 1 : nil
    return UnsafeBufferPointer(rebasing: bytes[start..<end])
  }

  /// All that follows, separators included; nothing if there is no further field.
  mutating func takeRest() -> UnsafeBufferPointer<UInt8> {
    let rest = UnsafeBufferPointer(rebasing: bytes[(start ?? bytes.count)...])
    start = nil
    return rest
  }
}
