internal import AEValue

/// The limits on what other nodes may cost this one.
///
/// All parts of a node share one object of this class and read a limit at the moment they need it.
/// A limit has the standard value of its row until it is configured.
final class NodeLimits {
  /// Bounds on one packet that is sent or received.
  @exclusivity(unchecked) var codec = CodecLimits(
    maximumSize: Limit.maxPacket.standard, maximumDepth: Limit.maxDepth.standard,
    maximumValues: Limit.maxValues.standard)
  /// The most bytes that a name may have.
  var name = Limit.maxName.standard
  /// The most unauthenticated connections at a time.
  var strangers = Limit.maxStrangers.standard
  /// The most unauthenticated connections at a time from one address.
  var strangersPerAddress = Limit.maxStrangersPerAddress.standard
  /// The most dials under way at a time.
  var dials = Limit.maxDials.standard
  /// The most addresses of one node that are used.
  var addresses = Limit.maxAddresses.standard
  /// The most bytes that may wait for one node; 0: any number.
  @exclusivity(unchecked) var queue = Limit.maxQueue.standard
  /// The most bytes that may wait for all nodes together; 0: any number.
  var queues = Limit.maxQueues.standard
  /// The most living ports that one other node may have spawned here; 0: any number.
  var spawned = Limit.maxSpawned.standard
  /// The most bytes of the database that a global node merges.
  var database = Limit.maxDatabase.standard
  /// The most database families that one other node may monitor here, and the most requests of it
  /// that may wait for their answers.
  var monitors = Limit.maxMonitors.standard
  /// The most data connections of one other node that are not made yet.
  var dataConnections = Limit.maxDataConnections.standard
  /// The most log messages of one other node that are caught in a second.
  var caughtLines = Limit.maxCaughtLines.standard
  /// The most log lines about similar trouble with one peer in a minute.
  var logLines = Limit.maxLogLines.standard

  /// The most bytes that may wait for one node before it counts as down.
  var maximumQueue: Int { queue == 0 ? .max : queue }

  /// Takes over the configured limits; the others stay as they are.
  func apply(_ configured: [Setting: Int]) {
    for limit in Limit.all {
      if let value = configured[limit.setting] { self[keyPath: limit.property] = value }
    }
  }

  /// Takes over limits that were changed; those that are not configured any more get their standard value.
  func change(from old: [Setting: Int], to new: [Setting: Int]) {
    for limit in Limit.all where new[limit.setting] == nil && old[limit.setting] != nil {
      self[keyPath: limit.property] = limit.standard
    }
    apply(new)
  }

  /// Lowers the limits that could use up the file descriptors; the process may have `descriptors`
  /// of them.
  ///
  /// Strangers get at most half of them, so that they never keep known nodes out, and dials get at
  /// most a quarter, so that incoming connections find room. Returns the lowered number of
  /// strangers, for a warning; nil when it was not lowered.
  func adapt(toDescriptors descriptors: Int) -> Int? {
    dials = min(dials, max(1, descriptors / 4))
    let most = max(1, descriptors / 2)
    guard strangers > most else { return nil }
    strangers = most
    return most
  }
}

/// Limits on what other nodes may cost this one, for `configure`.
///
/// A limit that is nil is left to the configuration file and to the defaults, which suit most
/// networks.
public struct LimitArguments: Hashable, Sendable {
  var settings: TextDictionary<Value> = [:]

  /// Limits under the names that they have in the configuration file.
  ///
  /// - Parameters:
  ///   - handshake_timeout: seconds that a handshake may take; `monitor_timeout` unless it is set.
  ///   - max_strangers: incoming connections that are not authenticated yet (1024), at most half of
  ///     the file descriptors that the process may have.
  ///   - max_strangers_per_address: the most of them from one address (256); for IPv6 an address is
  ///     a network of 64 bits.
  ///   - max_dials: connections to other nodes that may be under way at a time (64), at most a
  ///     quarter of the file descriptors that the process may have.
  ///   - max_addresses: addresses of one node that are used (32).
  ///   - max_packet: bytes of one packet (16 MiB).
  ///   - max_depth: levels of nesting of one packet (512).
  ///   - max_values: values of one packet (200,000): elements of lists, keys and values of hashes.
  ///   - max_name: bytes of a name (4096): of a port, a function, a node, a database family or a key.
  ///   - max_queue: bytes that may wait for one node (256 MiB); 0: any number.
  ///   - max_queues: bytes that may wait for all nodes together (512 MiB), a quarter of them for those
  ///     that are not connected; 0: any number.
  ///   - max_spawned: living ports that one other node may have spawned here (100,000); 0: any number.
  ///   - max_database: bytes of the database that a global node merges (128 MiB), measured as in
  ///     packets; one node that is not global may have a quarter.
  ///   - max_monitors: database families that one other node may monitor here, and requests of it
  ///     that may wait for their answers (10,000).
  ///   - max_data_connections: data connections that one other node has announced, or asked this one
  ///     to dial, and that are not made yet (64); for all nodes together sixteen times as many.
  ///   - max_caught_lines: log messages of one other node that are logged here in a second (1000).
  ///   - max_log_lines: log lines about similar trouble with one peer in a minute (10).
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
