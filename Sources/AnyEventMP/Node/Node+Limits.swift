import AnyEvent

extension Node {
  /// Takes over the limits that somebody has configured; the others stay as the program has them.
  func apply(_ configured: [Setting: Int]) {
    for (setting, limit) in configured {
      switch setting {
      case .maxStrangers: switchboard.maximumStrangers = limit
      case .maxStrangersPerAddress: switchboard.maximumStrangersPerAddress = limit
      case .maxDials: dials.limit = limit
      case .maxAddresses: addressLimit = limit
      case .maxPacket: packetLimit = limit
      case .maxDepth: limits.maximumDepth = limit
      case .maxValues: limits.maximumValues = limit
      case .maxName: nameLimit = limit
      case .maxQueue: queueLimit = limit
      case .maxQueues: queuesLimit = limit
      case .maxSpawned: spawned.limit = limit
      case .maxDatabase: databaseLimit = limit
      case .maxMonitors: monitorLimit = limit
      case .maxDataConnections: dataConnections.maximumOfNode = limit
      case .maxLogLines: peerLog.lines = limit
      default: break
      }
    }
    limitStrangers(isConfigured: configured[.maxStrangers] != nil)
    // What we dial must not take the descriptors of those who come to us.
    dials.limit = min(dials.limit, max(1, surroundings.descriptorLimit() / 4))
  }

  /// Half of the descriptors stay for others: who is silent must not keep nodes from connecting.
  private func limitStrangers(isConfigured: Bool) {
    let most = max(1, surroundings.descriptorLimit() / 2)
    guard switchboard.maximumStrangers > most else { return }
    if isConfigured {
      AE.log(
        .warn, in: Log.kernel,
        """
        max_strangers is \(most) instead of \(switchboard.maximumStrangers), half of what descriptors \
        this process may have; raise that limit (ulimit -n)
        """)
    }
    switchboard.maximumStrangers = most
  }

  /// How many log messages of one other node are caught a second.
  var caughtLinesLimit: Int {
    configuration?.limits[.maxCaughtLines] ?? StandardLimits.caughtLines
  }

  /// Seconds that a handshake may take.
  var handshakeTimeout: Double { configuration?.handshakeTimeout ?? monitorTimeout }
}
