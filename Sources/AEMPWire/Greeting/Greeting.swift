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
    let fields = Greeting.split(line, at: UInt8(ascii: ";"), Greeting.unescape)
    guard Greeting.isValid(protocolName: fields[0]) else { throw .notAEMP(line) }
    // Another version may have another number of fields, so the version is checked first.
    guard fields.count > 1 else { throw .tooFewFields }
    guard fields[1] == Greeting.version else { throw .wrongVersion(fields[1]) }
    guard fields.count >= 5 else { throw .tooFewFields }
    guard Greeting.isValid(nodeID: fields[2]) else { throw .invalidNodeID(fields[2]) }
    let (methods, framings) = (Greeting.list(fields[3]), Greeting.list(fields[4]))
    let most = Greeting.mostInList
    guard fields.count - 5 <= most, methods.count <= most, framings.count <= most else {
      throw .tooManyFields
    }
    self.init(
      protocolName: fields[0], nodeID: fields[2],
      authMethods: methods.map(AuthMethod.init(rawValue:)), framings: framings,
      keys: fields[5...].compactMap(Greeting.key))
  }

  /// The most methods, framings or keys of an accepted greeting: with the thousands that fit into a line, a
  /// stranger's connection would take many times the memory of its line.
  private static let mostInList = 100

  /// The line that is sent, without a line ending.
  public var line: String {
    var line = ""
    line.reserveCapacity(256)
    Greeting.append(protocolName, to: &line)
    line += ";"
    line += Greeting.version
    line += ";"
    Greeting.append(nodeID, to: &line)
    for (index, method) in authMethods.enumerated() {
      line += index == 0 ? ";" : ","
      Greeting.append(method.rawValue, to: &line)
    }
    if authMethods.isEmpty { line += ";" }
    for (index, framing) in framings.enumerated() {
      line += index == 0 ? ";" : ","
      Greeting.append(framing, to: &line)
    }
    if framings.isEmpty { line += ";" }
    for key in keys {
      line += ";"
      Greeting.append(key.name, to: &line)
      line += "="
      Greeting.append(key.value, to: &line)
    }
    return line
  }

  /// Appends a field or a part of one, escaped where it must be.
  private static func append(_ text: String, to line: inout String) {
    line += escape(text)
  }

  /// The fields between separators, each made by `field` out of its bytes.
  private static func split(
    _ line: String, at separator: UInt8, _ field: (UnsafeBufferPointer<UInt8>) -> String
  ) -> [String] {
    var line = line
    return line.withUTF8 { bytes in
      var fields: [String] = []
      fields.reserveCapacity(12)
      var start = 0
      for index in bytes.indices where bytes[index] == separator {
        fields.append(field(UnsafeBufferPointer(rebasing: bytes[start..<index])))
        start = index + 1
      }
      fields.append(field(UnsafeBufferPointer(rebasing: bytes[start...])))
      return fields
    }
  }

  private static func list(_ field: String) -> [String] {
    split(field, at: UInt8(ascii: ",")) { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.isEmpty }
  }

  private static func key(_ field: String) -> Key? {
    guard !field.isEmpty else { return nil }
    guard let equals = field.utf8.firstIndex(of: UInt8(ascii: "=")) else { return Key(field, "") }
    return Key(String(field[..<equals]), String(field[field.utf8.index(after: equals)...]))
  }

  /// `%` as `%25` and `;` as `%3b`.
  static func escape(_ field: String) -> String {
    guard field.utf8.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "%") }) else {
      return field
    }
    var text = ""
    for scalar in field.unicodeScalars {
      switch scalar {
      case ";": text += "%3b"
      case "%": text += "%25"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The opposite of `escape`; any other `%` stays, because version 2.02 escapes nothing.
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
