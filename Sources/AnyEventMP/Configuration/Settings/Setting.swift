/// A key of the configuration, by the name that it has in the file and as argument of `configure`.
package enum Setting: String, CaseIterable, Sendable {
  /// The pattern of the node id.
  case nodeID = "nodeid"
  /// The secret that all nodes of the network share.
  case secret
  /// Secrets that are accepted besides, most preferred first, while the network changes its secret.
  case secrets
  /// Key, certificate and trusted certificates as PEM text.
  case certificate = "cert"
  /// Where to listen.
  case binds
  /// Which nodes to contact first.
  case seeds
  /// What to start when the node is up.
  case services
  /// Perl code; not run by this implementation.
  case eval
  /// Seconds after which an unreachable node counts as down.
  case monitorTimeout = "monitor_timeout"
  /// Seconds that a connection attempt gets before the next one starts.
  case connectInterval = "connect_interval"
  /// Seconds of silence after which a connected node is asked for a sign of life, and after which this
  /// one gives one.
  case heartbeat
  /// Seconds of silence after which a connected node counts as down.
  case heartbeatTimeout = "heartbeat_timeout"
  /// Framings, most preferred first.
  case framingFormat = "framing_format"
  /// Authentication methods that we use, most preferred first.
  case authOffer = "auth_offer"
  /// Authentication methods that we accept, most preferred first.
  case authAccept = "auth_accept"
  /// Whether other nodes may not start functions here.
  case secure
  /// Whether small packets are sent at once (`TCP_NODELAY`).
  case nodelay
  /// Whether nodes in Perl delay writes to send them together; this implementation always does.
  case autocork
  /// Seconds that a handshake may take.
  case handshakeTimeout = "handshake_timeout"
  /// How many connections that came in may be unauthenticated at a time.
  case maxStrangers = "max_strangers"
  /// How many of them may come from one address.
  case maxStrangersPerAddress = "max_strangers_per_address"
  /// How many connections to others may be under way at a time.
  case maxDials = "max_dials"
  /// How many addresses of one node are used.
  case maxAddresses = "max_addresses"
  /// Bytes of one packet.
  case maxPacket = "max_packet"
  /// Levels of nesting of one packet.
  case maxDepth = "max_depth"
  /// Values of one packet.
  case maxValues = "max_values"
  /// Bytes of the name of a port, a function, a node, a database family or a key.
  case maxName = "max_name"
  /// Bytes that may wait for one node.
  case maxQueue = "max_queue"
  /// Bytes that may wait for all nodes together.
  case maxQueues = "max_queues"
  /// Living ports that one other node may have spawned here.
  case maxSpawned = "max_spawned"
  /// Bytes of the database that a global node merges; a quarter of them for one node that is not global.
  case maxDatabase = "max_database"
  /// Database families that one node may monitor here, and questions of it that wait.
  case maxMonitors = "max_monitors"
  /// Data connections of one other node that are announced and have not come.
  case maxDataConnections = "max_data_connections"
  /// Log messages of one other node that are caught, a second.
  case maxCaughtLines = "max_caught_lines"
  /// Log lines about similar trouble with one peer, a minute.
  case maxLogLines = "max_log_lines"
  /// The profile that a profile inherits from; only in profiles.
  case parent

  /// What kind of value a setting takes.
  package enum Kind: Sendable {
    case text, list, number, flag, services
  }

  /// What kind of value the setting takes.
  package var kind: Kind {
    switch self {
    case .nodeID, .secret, .certificate, .eval, .parent: .text
    case .secrets, .binds, .seeds, .framingFormat, .authOffer, .authAccept: .list
    case .services: .services
    case .monitorTimeout, .connectInterval, .heartbeat, .heartbeatTimeout, .handshakeTimeout,
      .maxStrangers, .maxStrangersPerAddress, .maxDials, .maxAddresses, .maxPacket, .maxDepth,
      .maxValues, .maxName,
      .maxQueue, .maxQueues,
      .maxSpawned, .maxDatabase, .maxMonitors, .maxDataConnections, .maxCaughtLines, .maxLogLines:
      .number
    case .secure, .nodelay, .autocork: .flag
    }
  }
}
