import AEMPWire
import AnyEvent

/// The other nodes: connections to them, what waits for them, and the attempts to reach them.
///
/// The loop's thread only.
final class Peers {
  let kernel: Kernel
  let limits: NodeLimits
  /// What the peers' connections bring about elsewhere in the node.
  unowned(unsafe) let owner: any PeersOwner
  /// For callbacks that may outlive the node.
  private(set) lazy var reference = Reference(self)
  /// Those that matter at the moment.
  var entries: TextDictionary<Peer> = [:]
  /// The way to the network, and all other randomness and facts from outside.
  var surroundings: NodeSurroundings
  /// What `configure` has made of settings and arguments; nil before.
  private(set) var configuration: NodeConfiguration?
  /// What our handshakes are made of.
  private(set) var handshakeConfiguration = HandshakeConfiguration(nodeID: "")
  /// Key, certificate and whom we trust, if there is a certificate.
  private(set) var tls: TLSContext?
  private(set) var listeners: [any NodeListener] = []
  /// Whether the node has left the network.
  private(set) var isClosed = false

  private(set) lazy var switchboard = Switchboard(peers: self)
  private(set) lazy var dials = DialQueue(kernel, limits: limits) { [reference] in
    reference.object?.begin($0)
  }
  var dialPauses = DialPauses()
  private(set) lazy var seeds = SeedKeeper(peers: self)
  private(set) lazy var heartbeat = Heartbeat(peers: self)
  var watchers = NodeWatchers()
  /// What waits for all of them together.
  var queues: QueueTotal
  /// Called from the loop when an attempt to connect to a node has failed.
  var onFailedDial: ((FailedDial) -> Void)?

  init(
    of owner: some PeersOwner, _ kernel: Kernel, limits: NodeLimits, surroundings: NodeSurroundings
  ) {
    self.owner = owner
    self.kernel = kernel
    self.limits = limits
    self.surroundings = surroundings
    queues = QueueTotal(limits: limits)
  }

  var loop: Loop { kernel.loop }

  /// Our own node id; empty before `configure`.
  var id: String { kernel.home.id }

  /// Seconds until an unreachable node counts as down.
  var monitorTimeout: Double { configuration?.monitorTimeout ?? 30 }

  /// Seconds between attempts to reach the addresses of one node.
  var connectInterval: Double { configuration?.connectInterval ?? 2 }

  /// Seconds that a handshake may take.
  var handshakeTimeout: Double { configuration?.handshakeTimeout ?? monitorTimeout }

  /// Whether other nodes may not start functions here.
  var isSecure: Bool { configuration?.secure == true }

  /// Listens on all the places of the configuration, or on none.
  func listen(_ configuration: NodeConfiguration, _ sources: AddressSources) throws {
    let places = try BindAddress.placesToListen(
      on: configuration.binds, sources, hasCredentials: configuration.hasCredentials)
    (surroundings.network as? SocketNetwork)?.nodelay = configuration.nodelay
    do {
      for place in places {
        listeners.append(
          try surroundings.network.listen(
            on: place.host, port: UInt16(clamping: place.port),
            makeRoom: { [unowned self] in kernel.run { switchboard.freeDescriptor() } },
            accepted: { [unowned self] stream, peer in accepted(stream, from: peer) }))
      }
    } catch {
      closeListeners()
      throw error
    }
  }

  /// Takes a connection that came in on one of our listeners.
  private func accepted(_ stream: StreamConnection, from peer: String) {
    if isClosed { return stream.close() }
    kernel.run { switchboard.accepted(stream, from: peer) }
  }

  func closeListeners() {
    for listener in listeners { listener.close() }
    listeners = []
  }

  /// Goes by this configuration, whose places are listened on, from now on.
  func configure(_ configuration: NodeConfiguration, tls: TLSContext?) {
    self.configuration = configuration
    self.tls = tls
    heartbeat.interval = configuration.heartbeat
    heartbeat.timeout = configuration.heartbeatTimeout
    if let most = limits.adapt(toDescriptors: surroundings.descriptorLimit()),
      let wanted = configuration.limits[Limit.maxStrangers.setting]
    {
      AE.log(
        .warn, in: Log.kernel,
        """
        max_strangers is \(most) instead of \(wanted), half of what descriptors this process may have; \
        raise that limit (ulimit -n)
        """)
    }
    if configuration.limits[Limit.maxLogLines.setting] != nil { kernel.peerLog.limitChanged() }
    queueLimitsChanged()
    handshakeConfiguration = handshakes(of: configuration)
  }

  private func handshakes(of configuration: NodeConfiguration) -> HandshakeConfiguration {
    // As long with every node: what a simulated line takes for it must not depend on luck.
    let instance = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
    var keys =
      HandshakeConfiguration.defaultKeys + [
        Greeting.Key(ConnectionArbiter.greetingKey, "1"),
        Greeting.Key(Greeting.instanceKey, instance),
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
    configuration.protocolName = DialledData.protocolName
    configuration.keys = [
      Greeting.Key("provider", "swift-anyevent"), Greeting.Key(DialledData.idKey, data.id),
    ]
    return configuration
  }

  /// Begins nothing any more; false if that was so already.
  func markClosed() -> Bool {
    defer { isClosed = true }
    return !isClosed
  }

  /// Ends all connections, listeners and attempts.
  func close() {
    stop()
    switchboard.close()
    kernel.peerLog.stop()
    closeListeners()
    for peer in entries.values {
      kernel.stopWatching(for: peer)
      _ = takeWaiting(peer)
      peer.dissolve()
    }
    entries = [:]
  }

  private func stop() {
    isClosed = true
    seeds.stop()
    dials.stop()
    heartbeat.stop()
  }

  /// Takes apart what would hold itself: connections, and callbacks that mention their own port.
  func dissolve() {
    stop()
    for peer in entries.values { peer.dissolve() }
    entries = [:]
    let callbacks = watchers
    watchers = NodeWatchers()
    withExtendedLifetime(callbacks) {}
  }

  /// Hands the connections over to who ends them.
  func release() -> [StreamConnection] {
    entries.values.compactMap { $0.link?.release() }
  }

  /// Logs what is wrong with a peer; of similar lines about one host a few a minute.
  func logPeer(_ level: LogLevel, _ text: String, at address: String, about problem: String) {
    // Who has one address of a network may have them all.
    let place = StrangerPlace.name(of: address)
    kernel.peerLog.log(level, in: Log.transport, text, similarTo: "\(place): \(problem)")
  }
}

/// What the peers' connections bring about elsewhere in the node.
protocol PeersOwner: KernelOwner {
  /// A node is connected.
  func nodeUp(_ id: String)
  /// A node that was connected is lost.
  func nodeDown(_ id: String)
  /// The node at a seed's address is connected.
  func seedUp(_ id: String, at address: String)
  /// A seed is this very node.
  func seedIsOurselves(_ address: String)
  /// There are no seeds to ask.
  func hasNoSeeds()
  /// A lost global node could not be reached for long.
  func globalIsLost(_ id: String)
  /// Asks where a node listens; ``Peers/found(_:_:)`` is the answer.
  func find(_ id: String)
  /// Nobody needs the answer any more.
  func cancelFind(_ id: String)
  /// A message for the node's own port has come.
  func handleRequest(_ message: UnsafeBufferPointer<Value>, from peer: Peer)
  /// The data connection that was announced by that id, if it is from that node.
  func takeExpectation(_ id: String, from node: String) -> DataExpectation?
}
