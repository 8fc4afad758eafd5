/// The report of a node about itself and its connections at one moment: ``Node/status``.
///
/// Other nodes of this library are asked for theirs by the request `x-status` to their node port,
/// which answers like `time` does: `["x-status", port, message…]` sends `message…` and one hash to
/// `port`. So it goes with `cal`:
///
///     cal(node, "x-status", timeout: 5) { (status: NodeStatus?) in … }
///
/// A node that is configured as `secure` only logs the request. Never send it to a node which has not
/// answered the request `can` for it with `"1"`: a Perl node takes it for a function to be loaded.
///
/// The hash, in which keys may be added later:
///
/// | key | value |
/// |---|---|
/// | `node` | ``node`` |
/// | `provider` | ``provider`` |
/// | `version` | ``version`` |
/// | `uptime` | ``uptime``, a float |
/// | `pid` | ``processID`` |
/// | `global` | ``isGlobal``, a boolean |
/// | `master` | ``master``, or null |
/// | `binds` | ``listeners``, an array |
/// | `ports` | ``portCount`` |
/// | `connections` | ``connections``, an array of hashes, see ``Connection`` |
/// | `load` | ``load``, a hash, see ``Load`` |
/// | `database` | ``database``, a hash with `keys`, `bytes` and `digest`, or null |
/// | `certificate_end` | ``certificateEnd``, or null |
public struct NodeStatus: Hashable, Sendable {
  /// The node id.
  public var node: String
  /// The program, as its greeting names it: `swift-anyevent`.
  public var provider: String
  /// The version of that program.
  public var version: String
  /// For how many seconds the node has been there, by its loop's clock.
  public var uptime: Double
  /// The id of its process.
  public var processID: Int
  /// Whether it keeps the merged database.
  public var isGlobal: Bool
  /// The node that keeps the database for it: the node itself if it is global, nil if it has found none.
  public var master: String?
  /// Where it listens, `host:port`.
  public var listeners: [String]
  /// How many ports it has.
  public var portCount: Int
  /// The established connections, by node id.
  public var connections: [Connection]
  /// The node's work and its cost; nil from an older node.
  public var load: Load?
  /// The merged database, if it keeps it.
  public var database: DatabaseFacts?
  /// When its certificate expires, in seconds since 1970; nil without one.
  public var certificateEnd: Int?

  /// One connection to another node, with its framing, authentication, cipher and traffic.
  ///
  /// As a hash: `node`, `address`, `dialled` (a boolean), `provider`, `sends`, `receives`, `auth`,
  /// `sent_auth`, `cipher`, `queued`, `traffic`, `queue_age`, `round_trip`.
  public struct Connection: Hashable, Sendable {
    /// The node at the other end.
    public var node: String
    /// The `host:port` of the other end.
    public var address: String
    /// Whether this node dialled, and not the other one.
    public var isDialled: Bool
    /// The program at the other end, as it calls itself: `AE-2.02`, `swift-anyevent`.
    public var provider: String
    /// The framing of the packets that this node sends: `cbor` or `json`.
    public var sendFraming: String
    /// The framing of the packets that this node receives.
    public var receiveFraming: String
    /// The method by which the other end has proved itself, such as `hmac_sha3_512`.
    public var authMethod: String
    /// The method by which this node has.
    public var sentAuthMethod: String
    /// The cipher of the connection; empty when it is not encrypted.
    public var cipher: String
    /// Bytes that wait to be sent.
    public var queuedBytes: Int
    /// The traffic of the connection; nil from an older node.
    public var traffic: Traffic?
    /// For how long (s) the oldest of the bytes that wait has waited, at least.
    public var queueAge = 0.0
    /// The last round trip (s) over it that was measured; nil before the first.
    ///
    /// It is measured when the node is asked for its status.
    public var roundTrip: Double?
  }
}

extension NodeStatus: MessageConvertible {
  /// The hash that `x-status` answers with.
  public var messageValue: Value {
    .hash([
      "node": .string(node), "provider": .string(provider), "version": .string(version),
      "uptime": .double(uptime), "pid": .int(processID), "global": .bool(isGlobal),
      "master": master.map(Value.string) ?? .null,
      "binds": .array(listeners.map(Value.string)), "ports": .int(portCount),
      "connections": .array(connections.map(\.messageValue)),
      "load": load?.messageValue ?? .null, "database": database?.messageValue ?? .null,
      "certificate_end": certificateEnd.map(Value.int) ?? .null,
    ])
  }

  /// The status that an answer to `x-status` says; nil when it is no hash that names its node.
  ///
  /// Elements that are missing or cannot be understood count as not there.
  public init?(messageValue value: Value) {
    guard let node = value["node"].string, !node.isEmpty else { return nil }
    self.node = node
    provider = value["provider"].string ?? ""
    version = value["version"].string ?? ""
    uptime = value["uptime"].double ?? 0
    processID = value["pid"].int ?? 0
    isGlobal = value["global"].bool
    master = value["master"].string
    listeners = (value["binds"].array ?? []).compactMap(\.string)
    portCount = value["ports"].int ?? 0
    connections = (value["connections"].array ?? []).compactMap(Connection.init(messageValue:))
    load = Load(messageValue: value["load"])
    database = DatabaseFacts(messageValue: value["database"])
    certificateEnd = value["certificate_end"].int
  }
}

extension NodeStatus.Connection: MessageConvertible {
  /// One element of the array `connections`.
  public var messageValue: Value {
    .hash([
      "node": .string(node), "address": .string(address), "dialled": .bool(isDialled),
      "provider": .string(provider), "sends": .string(sendFraming),
      "receives": .string(receiveFraming), "auth": .string(authMethod),
      "sent_auth": .string(sentAuthMethod), "cipher": .string(cipher),
      "queued": .int(queuedBytes), "traffic": traffic?.messageValue ?? .null,
      "queue_age": .double(queueAge), "round_trip": roundTrip.map(Value.double) ?? .null,
    ])
  }

  /// The connection that an element says; nil when it is no hash that names a node.
  public init?(messageValue value: Value) {
    guard let node = value["node"].string, !node.isEmpty else { return nil }
    self.node = node
    address = value["address"].string ?? ""
    isDialled = value["dialled"].bool
    provider = value["provider"].string ?? ""
    sendFraming = value["sends"].string ?? ""
    receiveFraming = value["receives"].string ?? ""
    authMethod = value["auth"].string ?? ""
    sentAuthMethod = value["sent_auth"].string ?? ""
    cipher = value["cipher"].string ?? ""
    queuedBytes = max(0, value["queued"].int ?? 0)
    traffic = NodeStatus.Traffic(messageValue: value["traffic"])
    queueAge = NodeStatus.seconds(value["queue_age"]) ?? 0
    roundTrip = NodeStatus.seconds(value["round_trip"])
  }
}

/// Which version of the library this is.
package enum LibraryVersion {
  /// As the releases are numbered.
  package static let current = "0.1.0"
}
