/// The settings that are limits on what others may cost us.
extension Setting {
  /// The values that a limit can have, 0 for none at all where that is one of them; nil for settings
  /// that are no such limit.
  var limits: ClosedRange<Int>? {
    switch self {
    case .maxStrangers, .maxStrangersPerAddress, .maxDials, .maxDataConnections, .maxCaughtLines,
      .maxLogLines:
      1...1_000_000
    case .maxAddresses: 1...10_000
    // Requests of the nodes themselves must fit, and a node in Perl can't read what is nested deeper.
    case .maxPacket: 4096...(1 << 32)
    case .maxDepth: 16...StandardLimits.depth
    case .maxValues: 1000...(1 << 32)
    case .maxName: 256...(1 << 20)
    case .maxQueue: 0...(1 << 40)
    case .maxQueues: 0...(1 << 40)
    case .maxSpawned: 0...1_000_000_000
    case .maxDatabase: (1 << 20)...(1 << 40)
    case .maxMonitors: 16...1_000_000_000
    default: nil
    }
  }

  /// What a limit is when nobody says anything.
  var standardLimit: Int? {
    switch self {
    case .maxStrangers: StandardLimits.strangers
    case .maxStrangersPerAddress: StandardLimits.strangersPerAddress
    case .maxDials: StandardLimits.dials
    case .maxAddresses: StandardLimits.addresses
    case .maxPacket: StandardLimits.packet
    case .maxDepth: StandardLimits.depth
    case .maxValues: StandardLimits.values
    case .maxName: StandardLimits.name
    case .maxQueue: StandardLimits.queue
    case .maxQueues: StandardLimits.queues
    case .maxSpawned: StandardLimits.spawned
    case .maxDatabase: StandardLimits.database
    case .maxMonitors: StandardLimits.monitors
    case .maxDataConnections: StandardLimits.dataConnections
    case .maxCaughtLines: StandardLimits.caughtLines
    case .maxLogLines: StandardLimits.logLines
    default: nil
    }
  }
}

extension SettingValue {
  /// The value of a limit.
  func limit(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let limit = Int(exactly: try number()), range.contains(limit) else {
      throw wrongValue(
        Self.shown(value), "is no whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return limit
  }
}

extension LayeredSettings {
  /// The limits that somebody has set; the others are left to the program.
  var limits: [Setting: Int] {
    get throws(ConfigurationError) {
      var limits: [Setting: Int] = [:]
      for setting in Setting.allCases where isSet(setting) {
        if let range = setting.limits { limits[setting] = try self[setting].limit(in: range) }
      }
      return limits
    }
  }
}
