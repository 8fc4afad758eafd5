/// The address of a port, `node id#port name`; the node id alone is the address of the node itself.
///
/// Sent in a message it is its text, and any text can be one: nothing is checked until it is used. A port id made by
/// this node, or used once, knows its way: sending through it looks nothing up. It stays valid text when its port
/// dies; messages to it are dropped then.
public struct PortID: @unchecked Sendable {
  // Sendable: what other threads can reach (id, ==, hash) never changes after the node has its name.
  @usableFromInline let ref: PortRef

  init(_ ref: PortRef) {
    self.ref = ref
  }

  /// A port id from its text; everything behind the first `#` is the port name.
  public init(_ id: String) {
    if let hash = id.utf8.firstIndex(of: UInt8(ascii: "#")) {
      ref = UnboundPort(
        node: String(id[..<hash]), name: String(id[id.utf8.index(after: hash)...]))
    } else {
      ref = UnboundPort(node: id, name: "")
    }
  }

  /// The text, as Perl prints it.
  public var id: String { ref.id }

  /// The node id: the text before the first `#`.
  ///
  /// Corresponds to Perl's `node_of`.
  public var node: String { ref.nodeID }

  /// The port name: the text behind the first `#`; empty for the node itself.
  public var name: String { ref.name }
}

extension PortID: Hashable {
  /// Whether both have the same text.
  public static func == (a: PortID, b: PortID) -> Bool {
    a.ref === b.ref || (a.name == b.name && a.node == b.node)
  }

  /// Feeds port name and node id to the hasher: on nodes with random ids, ports have the same names.
  ///
  /// So an own port that is a key of a dictionary before the node has its id is not found there
  /// afterwards: its text has changed.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(Text(name))
    hasher.combine(Text(node))
  }
}

extension PortID: Comparable {
  /// Whether the text of the first one comes before that of the second one by its bytes, as Perl's `sort` has it.
  public static func < (first: PortID, second: PortID) -> Bool { first.id < second.id }
}

extension PortID: CustomStringConvertible, ExpressibleByStringLiteral {
  /// The text.
  public var description: String { id }

  /// The port id with this text.
  public init(stringLiteral id: String) {
    self.init(id)
  }
}

extension PortID: MessageConvertible {
  /// The text.
  public var messageValue: Value { .string(id) }

  /// Any value that reads as text, except the empty one.
  public init?(messageValue: Value) {
    guard let id = messageValue.string, !id.isEmpty else { return nil }
    self.init(id)
  }
}

extension PortID: Codable {
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(id)
  }

  /// Reads text, except the empty one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let id = try container.decode(String.self)
    guard !id.isEmpty else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a port id is not empty")
    }
    self.init(id)
  }
}

/// A type that can stand where a port is expected: a ``PortID``, its text, or a node id.
///
/// So the keys of a database family, which are text, can be sent to as in Perl.
public protocol PortConvertible {
  /// The address.
  var portID: PortID { get }
}

extension PortID: PortConvertible {
  /// The port id itself.
  @inlinable public var portID: PortID { self }
}

extension String: PortConvertible {
  /// The port id with this text.
  public var portID: PortID { PortID(self) }
}

extension Value: PortConvertible {
  /// The port with this text; a value that is not text names the own node, as undef does in Perl.
  public var portID: PortID { PortID(string ?? "") }
}
