/// The first line of a greeting: who is there, and what it understands.
///
///     aemp;1;<node id>;<auth methods>;<framings>[;key=value]...
///
/// Lists are ordered, most preferred first. Corresponds to the greeting of `AnyEvent::MP::Transport`.
public struct Greeting: Equatable, Sendable {
  /// One of the `key=value` fields.
  public struct Key: Hashable, Sendable {
    /// What stands before the first `=`.
    public var name: String
    /// What stands behind the first `=`; empty when there is none.
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
  /// The key whose value says which secrets the sender has, to those who have them too.
  static let secretsKey = "x-kid"

  /// The key whose value no other node has, whatever its node id: a node that dials itself knows by it
  /// that it does.
  public static let instanceKey = "x-instance"

  /// The key which says that the sender has a certificate; the value is a version.
  static let tlsKey = "tls"

  /// Whether the sender wants TLS if the other end does, in a version that we know.
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
