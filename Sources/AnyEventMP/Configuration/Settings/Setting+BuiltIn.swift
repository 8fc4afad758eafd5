internal import AEMPWire

extension Setting {
  /// What the setting is when nobody says anything; null for what then does not exist.
  var builtIn: Value {
    switch self {
    case .nodeID, .secret, .secrets, .certificate, .eval, .parent: .null
    case .binds: ["*"]
    case .seeds, .services: []
    case .monitorTimeout: 30
    case .connectInterval: 2
    case .heartbeat: 5
    case .heartbeatTimeout: 15
    case .framingFormat: ["cbor", "json"]
    case .authOffer, .authAccept:
      .array(HandshakeConfiguration.defaultAuthMethods.map { .string($0.rawValue) })
    case .secure, .autocork: 0
    case .nodelay: 1
    // What monitor_timeout is.
    case .handshakeTimeout: .null
    case .maxStrangers, .maxStrangersPerAddress, .maxDials, .maxAddresses, .maxPacket, .maxDepth,
      .maxValues, .maxName,
      .maxQueue, .maxQueues,
      .maxSpawned, .maxDatabase, .maxMonitors, .maxDataConnections, .maxCaughtLines, .maxLogLines:
      standardLimit.map(Value.int) ?? .null
    }
  }
}
