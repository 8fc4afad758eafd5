extension NodeStatus {
  /// Messages and bytes over one connection, or over all; as a hash `messages_in`, `messages_out`,
  /// `bytes_in`, `bytes_out`.
  ///
  /// Messages between ports of one node are not counted. Bytes are those on the wire, with the
  /// handshake.
  public struct Traffic: Hashable, Sendable {
    /// The messages, with requests to the node port, that have arrived.
    public var messagesIn = 0
    /// The messages that were sent, also those that still wait.
    public var messagesOut = 0
    /// The bytes that have arrived.
    public var bytesIn = 0
    /// The bytes that the system has taken.
    public var bytesOut = 0

    /// Adds the traffic of another connection.
    mutating func add(_ other: Traffic) {
      messagesIn &+= other.messagesIn
      messagesOut &+= other.messagesOut
      bytesIn &+= other.bytesIn
      bytesOut &+= other.bytesOut
    }
  }

  /// The work of a node since it started; as a hash `traffic`, `queued`, `blocked`, `longest_block`, `restarts`,
  /// `losses`, `convictions`, `memory`.
  public struct Load: Hashable, Sendable {
    /// The traffic of all connections, also of those that have ended.
    public var traffic: Traffic
    /// Bytes that wait for all other nodes.
    public var queuedBytes: Int
    /// For how long (s) callbacks have kept the loop from looking for events, in pieces of at least
    /// 10 ms; nil where a loop is not measured, such as that of another program.
    public var blocked: Double?
    /// The longest of these pieces (s).
    public var longestBlock: Double?
    /// How often its supervisor has started the process again.
    public var restarts: Int
    /// How many connections were lost.
    public var losses: Int
    /// How many of them were closed because the other end gave no sign of life.
    public var convictions: Int
    /// The memory of the process in bytes; nil where the system does not tell.
    public var memory: Int?
  }

  /// The merged database in numbers; two nodes that see the same one have the same digest.
  public struct DatabaseFacts: Hashable, Sendable {
    /// How many keys its families have.
    public var keys: Int
    /// Its size in bytes, as `max_database` bounds it.
    public var bytes: Int
    /// A short text that is made of all keys and values.
    public var digest: String
  }

  /// A number of seconds, if the value is one.
  static func seconds(_ value: Value) -> Double? {
    value.double.flatMap { $0.isFinite ? min(max(0, $0), 1e12) : nil }
  }

  /// A count, if the value is one.
  static func count(_ value: Value) -> Int? { value.int.map { max(0, $0) } }
}

extension NodeStatus.Traffic: MessageConvertible {
  /// The hash `traffic`.
  public var messageValue: Value {
    [
      "messages_in": .int(messagesIn), "messages_out": .int(messagesOut),
      "bytes_in": .int(bytesIn), "bytes_out": .int(bytesOut),
    ]
  }

  /// The traffic that a hash says; nil when the value is none.
  public init?(messageValue value: Value) {
    guard case .hash = value else { return nil }
    messagesIn = NodeStatus.count(value["messages_in"]) ?? 0
    messagesOut = NodeStatus.count(value["messages_out"]) ?? 0
    bytesIn = NodeStatus.count(value["bytes_in"]) ?? 0
    bytesOut = NodeStatus.count(value["bytes_out"]) ?? 0
  }
}

extension NodeStatus.Load: MessageConvertible {
  /// The hash `load`.
  public var messageValue: Value {
    [
      "traffic": traffic.messageValue, "queued": .int(queuedBytes),
      "blocked": blocked.map(Value.double) ?? .null,
      "longest_block": longestBlock.map(Value.double) ?? .null, "restarts": .int(restarts),
      "losses": .int(losses), "convictions": .int(convictions),
      "memory": memory.map(Value.int) ?? .null,
    ]
  }

  /// The load that a hash says; nil when the value is none.
  public init?(messageValue value: Value) {
    guard case .hash = value else { return nil }
    traffic = NodeStatus.Traffic(messageValue: value["traffic"]) ?? NodeStatus.Traffic()
    queuedBytes = NodeStatus.count(value["queued"]) ?? 0
    blocked = NodeStatus.seconds(value["blocked"])
    longestBlock = NodeStatus.seconds(value["longest_block"])
    restarts = NodeStatus.count(value["restarts"]) ?? 0
    losses = NodeStatus.count(value["losses"]) ?? 0
    convictions = NodeStatus.count(value["convictions"]) ?? 0
    memory = NodeStatus.count(value["memory"])
  }
}

extension NodeStatus.DatabaseFacts: MessageConvertible {
  /// The hash `database`.
  public var messageValue: Value {
    ["keys": .int(keys), "bytes": .int(bytes), "digest": .string(digest)]
  }

  /// The facts that a hash says; nil when it has no digest.
  public init?(messageValue value: Value) {
    guard let digest = value["digest"].string else { return nil }
    keys = NodeStatus.count(value["keys"]) ?? 0
    bytes = NodeStatus.count(value["bytes"]) ?? 0
    self.digest = digest
  }
}
