import AEMPWire
import AnyEvent

extension Node {
  /// The key in our greeting which says that we agree on one of two simultaneous connections.
  static let agreementKey = "x-agree"

  /// Joins the network: listens, and begins to look for the seeds.
  ///
  /// It takes effect once. Host names in `binds` are looked up before it returns, for at most 4 seconds
  /// together. The loop's thread only. Corresponds to Perl's `configure`.
  ///
  /// - Throws: ``ConfigurationError`` for what makes no sense in the arguments or in the
  ///   configuration file, and for an address that cannot be listened on.
  public func configure(_ arguments: ConfigurationArguments) throws {
    loop.preconditionOnLoop()
    guard configuration == nil else {
      AE.log(.error, in: Log.kernel, "configure: this node is \(id) already, ignored")
      return
    }
    let configuration = try NodeConfiguration(arguments, context: surroundings.makeContext())
    let tls = try configuration.makeTLSContext()
    let sources = surroundings.makeAddressSources(configuration.hostName)
    try listen(configuration, sources)
    self.configuration = configuration
    loop.guests += 1
    heartbeat.interval = configuration.heartbeat
    heartbeat.timeout = configuration.heartbeatTimeout
    apply(configuration.limits)
    for warning in configuration.warnings { AE.log(.warn, in: Log.kernel, warning) }
    home.id = configuration.nodeID
    self.tls = tls
    handshakeConfiguration = handshakes(of: configuration)
    if configuration.isRandom { portPrefix = "" }
    AE.log(.debug, in: Log.kernel, "node \(id) starting up.")
    run { start(configuration, sources) }
  }

  private func start(_ configuration: NodeConfiguration, _ sources: AddressSources) {
    let binds = boundAddresses
    AE.log(.debug, in: Log.kernel, "node listens on [\(binds.joined(separator: ", "))].")
    database.configured(binds: binds)
    seeds.start(configuration.seeds.flatMap { $0.seedAddresses(sources) })
    startServices(configuration.services)
  }

  private func handshakes(of configuration: NodeConfiguration) -> HandshakeConfiguration {
    // As long with every node: what a simulated line takes for it must not depend on luck.
    let instance = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
    var keys =
      HandshakeConfiguration.defaultKeys + [
        Greeting.Key(Self.agreementKey, "1"), Greeting.Key(Greeting.instanceKey, instance),
      ]
    if heartbeat.interval > 0 {
      keys.append(Greeting.Key(Heartbeat.greetingKey, "\(heartbeat.rules.interval)"))
    }
    return HandshakeConfiguration(
      nodeID: configuration.nodeID, secrets: configuration.secrets,
      authAccept: configuration.authAccept, authOffer: configuration.authOffer,
      framings: configuration.framings, hasCertificate: configuration.certificate != nil,
      keys: keys)
  }

  /// What the handshake of a connection is made of.
  func handshakes(for data: DialledData?) -> HandshakeConfiguration {
    guard let data else { return handshakeConfiguration }
    var configuration = handshakeConfiguration
    configuration.protocolName = DataConnections.protocolName
    configuration.keys = [
      Greeting.Key("provider", "swift-anyevent"), Greeting.Key(DataConnections.idKey, data.id),
    ]
    return configuration
  }

  /// Seconds until an unreachable node counts as down.
  var monitorTimeout: Double { configuration?.monitorTimeout ?? 30 }

  /// Seconds between attempts to reach the addresses of one node.
  var connectInterval: Double { configuration?.connectInterval ?? 2 }
}
