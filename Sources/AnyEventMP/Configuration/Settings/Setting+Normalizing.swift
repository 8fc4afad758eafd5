extension Setting {
  /// The value to store for one that was typed: lists split at commas, numbers and flags converted.
  ///
  /// - Throws: ``ConfigurationError`` when the value does not fit the setting.
  package func normalized(_ value: Value) throws(ConfigurationError) -> Value {
    let value = SettingValue(setting: self, value: split(value), origin: .commandLine)
    var warnings: [String] = []
    switch self {
    case .nodeID:
      _ = try value.nodeID(ConfigurationContext(environment: [:], hostName: "n", runiq: "u"))
      return .string(try value.text())
    case .secret:
      guard try value.secret() != nil else {
        throw ConfigurationError(
          .badValue, "the secret is empty; run \"aemp gensecret\" to get a good one")
      }
      return .string(try value.text())
    case .certificate, .eval, .parent: return .string(try value.text())
    case .secrets: _ = try value.secrets()
    case .binds, .seeds: _ = try value.addresses()
    case .framingFormat: _ = try value.framings(&warnings)
    case .authOffer, .authAccept: _ = try value.authMethods(&warnings)
    case .services: _ = try value.services()
    case .monitorTimeout, .connectInterval, .heartbeat, .heartbeatTimeout, .handshakeTimeout:
      let seconds = self == .heartbeat ? try value.secondsOrNever() : try value.seconds()
      return Int(exactly: seconds).map(Value.int) ?? .double(seconds)
    case .secure, .nodelay, .autocork: return .int(try value.flag() ? 1 : 0)
    case .maxStrangers, .maxStrangersPerAddress, .maxDials, .maxAddresses, .maxPacket, .maxDepth,
      .maxValues, .maxName,
      .maxQueue, .maxQueues,
      .maxSpawned, .maxDatabase, .maxMonitors, .maxDataConnections, .maxCaughtLines, .maxLogLines:
      if let limits { return .int(try value.limit(in: limits)) }
    }
    return value.value
  }

  /// For lists, text becomes the list of what its commas separate; anything else stays.
  private func split(_ value: Value) -> Value {
    guard kind == .list || kind == .services, let text = SettingValue.text(of: value) else {
      return value
    }
    return .array(text.split(separator: ",").map { .string(String($0)) })
  }
}
