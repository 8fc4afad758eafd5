internal import AEValue

extension Setting {
  /// Seconds that a handshake may take; `monitor_timeout` unless it is set.
  static let handshakeTimeout = Setting(
    "handshake_timeout", .seconds(into: \.handshakeTimeout), reload: .applied(), example: "10",
    "seconds that a handshake may take",
    text: [
      """
      Whoever connects and has not authenticated by then is dropped; unless it is set, it is \
      monitor_timeout.
      """
    ])
}

/// The rows of the limits; a test names a row that is missing in `all`.
extension Limit {
  static let all: [Limit] = [
    maxStrangers, maxStrangersPerAddress, maxDials, maxAddresses, maxPacket, maxDepth, maxValues,
    maxName, maxQueue, maxQueues, maxSpawned, maxDatabase, maxMonitors, maxDataConnections,
    maxCaughtLines, maxLogLines,
  ]

  /// A connection reads with the limits that it began with, and the entries that a global node holds were
  /// measured by the old ones.
  private static let inPackets = SettingReload.applied(
    "what arrives on connections that are there, and the database if the node is global, keep the old limit"
  )

  private static let inDatabase = SettingReload.applied(
    "the database, if the node is global, keeps the old limit")

  static let maxStrangers: Limit = Limit(
    "max_strangers", \.strangers, 1...1_000_000, standard: 1024,
    "unauthenticated connections at a time",
    """
    When one more comes in, the oldest of the address that has most of them is dropped. {standard} \
    unless it is set, and never more than half of the descriptors that the process may have.
    """)

  static let maxStrangersPerAddress: Limit = Limit(
    "max_strangers_per_address", \.strangersPerAddress, 1...1_000_000,
    standard: 256, "unauthenticated connections from one address",
    """
    When one more comes in, the oldest from there is dropped. For IPv6, an address is a \
    network of 64 bits. {standard} unless it is set.
    """)

  static let maxDials: Limit = Limit(
    "max_dials", \.dials, 1...1_000_000, standard: 64,
    "connections to others under way at a time",
    """
    Further ones wait; those for which messages wait go first. {standard} unless it is set, and never \
    more than a quarter of the descriptors that the process may have.
    """)

  static let maxAddresses: Limit = Limit(
    "max_addresses", \.addresses, 1...10_000, standard: 32,
    "addresses of one node that are used",
    "Further addresses of it, and addresses listed twice, are left out. {standard} unless it is set."
  )

  // The lowest limit still lets the requests of the nodes themselves through.
  static let maxPacket: Limit = Limit(
    "max_packet", \.codec.maximumSize, 4096...(1 << 32), standard: 16 << 20, unit: .bytes,
    reload: inPackets,
    "size of one message",
    """
    A connection on which a larger one arrives is closed, and a port that sends one is killed. \
    {standard} unless it is set.
    """)

  // A node in Perl can't read a packet that is nested deeper than the standard limit.
  static let maxDepth: Limit = Limit(
    "max_depth", \.codec.maximumDepth, 16...CodecLimits.standard.maximumDepth,
    standard: CodecLimits.standard.maximumDepth, reload: inPackets,
    "levels of nesting of one message",
    "As with max_packet. {standard} unless it is set, which is the most that there can be.")

  static let maxValues: Limit = Limit(
    "max_values", \.codec.maximumValues, 1000...(1 << 32), standard: 200_000, reload: inPackets,
    "values in one message",
    """
    As with max_packet; elements of lists, keys and values of hashes count. {standard} unless it is \
    set: reading this many takes at most a tenth of a second.
    """)

  static let maxName: Limit = Limit(
    "max_name", \.name, 256...(1 << 20), standard: 4096, unit: .bytes, reload: inDatabase,
    "length of a name",
    """
    Names of ports, functions, nodes, database families and keys. A request that uses a longer one is \
    refused, such a key is left out, and a port that sends to such a node is killed. {standard} unless \
    it is set.
    """)

  static let maxQueue: Limit = Limit(
    "max_queue", \.queue, 0...(1 << 40), standard: 256 << 20, unit: .bytes,
    "what may wait for one node",
    """
    A node for which more bytes wait counts as down; 0: any number. {standard} unless it is set.
    """)

  static let maxQueues: Limit = Limit(
    "max_queues", \.queues, 0...(1 << 40), standard: 512 << 20, unit: .bytes,
    "what may wait for all nodes together",
    """
    Beyond, the connected node with the most waiting bytes counts as down. For all nodes that are not \
    connected together a quarter may wait; beyond, the node of the next message counts as down. 0: any \
    number. {standard} unless it is set.
    """)

  static let maxSpawned: Limit = Limit(
    "max_spawned", \.spawned, 0...1_000_000_000, standard: 100_000,
    "living ports that one node may spawn here",
    """
    Further ones are refused, and monitors get the reason too_many_ports; 0: any number. {standard} \
    unless it is set.
    """)

  static let maxDatabase: Limit = Limit(
    "max_database", \.database, (1 << 20)...(1 << 40), standard: 128 << 20, unit: .bytes,
    "size of the database that a global node merges",
    """
    A node that is not global may have a quarter of it. Entries beyond are left out. {standard} unless \
    it is set.
    """)

  static let maxMonitors: Limit = Limit(
    "max_monitors", \.monitors, 16...1_000_000_000, standard: 10_000,
    "database families that one node may monitor here",
    """
    Also the number of its requests that may wait for their answers. Further ones are refused. \
    {standard} unless it is set.
    """)

  static let maxDataConnections: Limit = Limit(
    "max_data_connections", \.dataConnections, 1...1_000_000, standard: 64,
    "data connections of one node that are not made yet",
    """
    Those that it has announced, and those that it has asked this node to dial. Further ones are \
    refused, and it is told so. For all nodes together sixteen times as many. {standard} unless it is \
    set.
    """)

  static let maxCaughtLines: Limit = Limit(
    "max_caught_lines", \.caughtLines, 1...1_000_000, standard: 1000,
    "log messages of one node that are caught",
    "The limit is for one second; only the number of further ones is logged. {standard} unless it is set."
  )

  static let maxLogLines: Limit = Limit(
    "max_log_lines", \.logLines, 1...1_000_000, standard: 10,
    "log lines about similar trouble with one peer",
    "The limit is for one minute; only the number of further ones is logged. {standard} unless it is set."
  )
}
