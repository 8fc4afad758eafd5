internal import AEValue

/// The limits on what others may cost a node.
///
/// All parts of a node share one such object, and look up what they need where they need it. It begins with the
/// standard values of the rows.
final class NodeLimits {
  /// Limits on what is sent and received.
  @exclusivity(unchecked) var codec = CodecLimits(
    maximumSize: Limit.maxPacket.standard, maximumDepth: Limit.maxDepth.standard,
    maximumValues: Limit.maxValues.standard)
  /// How many bytes a name may have.
  var name = Limit.maxName.standard
  /// How many unauthenticated connections there may be at a time.
  var strangers = Limit.maxStrangers.standard
  /// How many of them may come from one address.
  var strangersPerAddress = Limit.maxStrangersPerAddress.standard
  /// How many dials may be under way at a time.
  var dials = Limit.maxDials.standard
  /// How many addresses of one node are used.
  var addresses = Limit.maxAddresses.standard
  /// How many bytes may wait for one node; 0: any number.
  var queue = Limit.maxQueue.standard
  /// How many bytes may wait for all nodes together; 0: any number.
  var queues = Limit.maxQueues.standard
  /// How many living ports one other node may have spawned here; 0: any number.
  var spawned = Limit.maxSpawned.standard
  /// How many bytes the database may take that a global node merges.
  var database = Limit.maxDatabase.standard
  /// How many database families one other node may monitor here, and how many questions of it may wait.
  var monitors = Limit.maxMonitors.standard
  /// How many data connections one other node may have that are not made yet.
  var dataConnections = Limit.maxDataConnections.standard
  /// How many log messages of one other node are caught a second.
  var caughtLines = Limit.maxCaughtLines.standard
  /// How many log lines about similar trouble with one peer there may be a minute.
  var logLines = Limit.maxLogLines.standard

  /// How many bytes may wait for one node before it is given up.
  var maximumQueue: Int { queue == 0 ? .max : queue }

  /// Takes over the limits that somebody has configured; the others stay as they are.
  func apply(_ configured: [Setting: Int]) {
    for limit in Limit.all {
      if let value = configured[limit.setting] { self[keyPath: limit.property] = value }
    }
  }

  /// Lowers what would take the descriptors from others; `descriptors` is how many the process may have.
  ///
  /// Half of them stay for those who are no strangers, and what is dialled leaves three quarters to those who
  /// come. Returns the number of strangers that is allowed now if somebody wanted more.
  func adapt(toDescriptors descriptors: Int) -> Int? {
    dials = min(dials, max(1, descriptors / 4))
    let most = max(1, descriptors / 2)
    guard strangers > most else { return nil }
    strangers = most
    return most
  }
}

/// Limits on what others may cost a node, for `configure`; what is nil is left to the file and to the
/// defaults, which a careful operator can leave alone.
public struct LimitArguments: Hashable, Sendable {
  var settings: TextDictionary<Value> = [:]

  /// Limits under the names that they have in the configuration file.
  ///
  /// - Parameters:
  ///   - handshake_timeout: seconds that a handshake may take; `monitor_timeout` unless it is set.
  ///   - max_strangers: connections that came in and are not authenticated (1024), at most half of
  ///     what descriptors the process may have.
  ///   - max_strangers_per_address: how many of them may come from one address (256), which is for IPv6
  ///     a network of 64 bits.
  ///   - max_dials: connections to others that may be under way at a time (64), at most a quarter of
  ///     what descriptors the process may have.
  ///   - max_addresses: addresses of one node that are used (32).
  ///   - max_packet: bytes of one packet (16 MiB).
  ///   - max_depth: levels of nesting of one packet (512).
  ///   - max_values: values of one packet (200,000): elements of lists, keys and values of hashes.
  ///   - max_name: bytes of a name (4096): of a port, a function, a node, a database family or a key.
  ///   - max_queue: bytes that may wait for one node (256 MiB); 0: any number.
  ///   - max_queues: bytes that may wait for all nodes together (512 MiB), a quarter of them for those
  ///     that are not connected; 0: any number.
  ///   - max_spawned: living ports that one other node may have spawned here (100,000); 0: any number.
  ///   - max_database: bytes of the database that a global node merges (128 MiB), measured as in packets; one
  ///     node that is not global may have a quarter.
  ///   - max_monitors: database families that one other node may monitor here, and questions of it that may
  ///     wait for their answers (10,000).
  ///   - max_data_connections: data connections of one other node that are announced, or that it has asked
  ///     us to dial, and that are not made yet (64); of all nodes together sixteen times as many.
  ///   - max_caught_lines: log messages of one other node that are logged here, a second (1000).
  ///   - max_log_lines: log lines about similar trouble with one peer, a minute (10).
  public init(
    handshake_timeout: Double? = nil, max_strangers: Int? = nil,
    max_strangers_per_address: Int? = nil, max_dials: Int? = nil, max_addresses: Int? = nil,
    max_packet: Int? = nil, max_depth: Int? = nil,
    max_values: Int? = nil, max_name: Int? = nil,
    max_queue: Int? = nil, max_queues: Int? = nil, max_spawned: Int? = nil,
    max_database: Int? = nil, max_monitors: Int? = nil, max_data_connections: Int? = nil,
    max_caught_lines: Int? = nil, max_log_lines: Int? = nil
  ) {
    settings[Setting.handshakeTimeout.name] = handshake_timeout.map(Value.double)
    set(.maxStrangers, max_strangers)
    set(.maxStrangersPerAddress, max_strangers_per_address)
    set(.maxDials, max_dials)
    set(.maxAddresses, max_addresses)
    set(.maxPacket, max_packet)
    set(.maxDepth, max_depth)
    set(.maxValues, max_values)
    set(.maxName, max_name)
    set(.maxQueue, max_queue)
    set(.maxQueues, max_queues)
    set(.maxSpawned, max_spawned)
    set(.maxDatabase, max_database)
    set(.maxMonitors, max_monitors)
    set(.maxDataConnections, max_data_connections)
    set(.maxCaughtLines, max_caught_lines)
    set(.maxLogLines, max_log_lines)
  }

  private mutating func set(_ limit: Limit, _ value: Int?) {
    settings[limit.setting.name] = value.map(Value.int)
  }
}
