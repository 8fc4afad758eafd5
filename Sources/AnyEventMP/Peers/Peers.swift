import AEMPWire
import AnyEvent

/// The other nodes: the links to them, the packets that wait for them, and the attempts to reach them.
///
/// Used on the loop's thread only.
final class Peers {
  let kernel: Kernel
  let limits: NodeLimits
  /// The part of the node that is told of events of the links.
  unowned(unsafe) let owner: any PeersOwner
  /// A reference for callbacks that may outlive the node.
  private(set) lazy var reference = Reference(self)
  /// The nodes that are connected, searched for, monitored or monitoring, by node id.
  var entries: TextDictionary<Peer> = [:]
  /// The network, and everything else that comes from outside the node.
  var surroundings: NodeSurroundings
  /// The configuration; nil before `configure`.
  private(set) var configuration: NodeConfiguration?
  /// The configuration of handshakes between nodes.
  private(set) var handshakeConfiguration = HandshakeConfiguration(nodeID: "")
  /// The node's key, certificate and trusted certificates; nil without a certificate.
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
  /// The bytes that wait for all nodes together.
  var queues: QueueTotal
  /// The counts of the connections.
  var counts = PeerCounts()
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

  /// The own node id; empty before `configure`.
  var id: String { kernel.home.id }

  /// Seconds until an unreachable node counts as down.
  var monitorTimeout: Double { configuration?.monitorTimeout ?? 30 }

  /// Seconds between attempts to reach the addresses of one node.
  var connectInterval: Double { configuration?.connectInterval ?? 2 }

  /// Seconds that a handshake may take.
  var handshakeTimeout: Double { configuration?.handshakeTimeout ?? monitorTimeout }

  /// Whether other nodes may not start functions here.
  var isSecure: Bool { configuration?.secure == true }

  /// Listens on all addresses of the configuration, or on none.
  func listen(_ configuration: NodeConfiguration, _ sources: AddressSources) throws {
    let addresses = try BindAddress.addressesToListen(
      on: configuration.binds, sources, hasCredentials: configuration.hasCredentials)
    surroundings.network.setNodelay(configuration.nodelay)
    do {
      for address in addresses {
        listeners.append(
          try surroundings.network.listen(
            on: address.host, port: UInt16(clamping: address.port),
            makeRoom: { [unowned self] in kernel.run { switchboard.freeDescriptor() } },
            accepted: { [unowned self] stream, peer in accepted(stream, from: peer) }))
      }
    } catch {
      closeListeners()
      throw error
    }
  }

  /// Takes a connection that arrived at one of our listeners.
  private func accepted(_ stream: StreamConnection, from peer: String) {
    if isClosed { return stream.close() }
    kernel.run { switchboard.accepted(stream, from: peer) }
  }

  func closeListeners() {
    for listener in listeners { listener.close() }
    listeners = []
  }

  /// Takes over a configuration, whose addresses are listened on already.
  func configure(_ configuration: NodeConfiguration, tls: TLSContext?) {
    self.configuration = configuration
    self.tls = tls
    surroundings.network.setNodelay(configuration.nodelay)
    heartbeat.interval = configuration.heartbeat
    heartbeat.timeout = configuration.heartbeatTimeout
    if let most = limits.adapt(toDescriptors: surroundings.descriptorLimit()),
      let wanted = configuration.limits[Limit.maxStrangers.setting]
    {
      AE.log(
        .warn, in: Log.kernel,
        """
        max_strangers is \(most) instead of \(wanted), half of the file descriptors that this process may \
        have; raise that limit (ulimit -n)
        """)
    }
    kernel.peerLog.limitChanged()
    queueLimitsChanged()
    dials.limitChanged()
    handshakeConfiguration = handshakes(of: configuration)
  }

  /// Tells this node from others of its id.
  ///
  /// The length is always the same, so that the transmission time on a simulated network is a function of the seed.
  private lazy var instance: String = {
    var random = BufferedRandom()
    return String(UInt64.random(in: 1 << 60 ... .max, using: &random), radix: 16)
  }()

  private func handshakes(of configuration: NodeConfiguration) -> HandshakeConfiguration {
    var keys =
      HandshakeConfiguration.defaultKeys + [
        Greeting.Key(ConnectionArbiter.greetingKey, "1"),
        Greeting.Key(Greeting.instanceKey, instance), Greeting.Key(Self.leavingKey, "1"),
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

  /// The handshake configuration of a connection; `data` is nil for one between nodes.
  func handshakes(for data: DialledData?) -> HandshakeConfiguration {
    guard let data else { return handshakeConfiguration }
    var configuration = handshakeConfiguration
    configuration.protocolName = DialledData.protocolName
    configuration.keys = [
      Greeting.Key("provider", "swift-anyevent"), Greeting.Key(DialledData.idKey, data.id),
    ]
    return configuration
  }

  /// Keeps new dials and connections from beginning; returns false if the node was closed already.
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

  /// Breaks reference cycles: links, and callbacks that capture their own port.
  func dissolve() {
    stop()
    for peer in entries.values { peer.dissolve() }
    entries = [:]
    let callbacks = watchers
    watchers = NodeWatchers()
    withExtendedLifetime(callbacks) {}
  }

  /// Hands over the streams of all links, to be ended after a last flush.
  func release() -> [StreamConnection] {
    entries.values.compactMap { $0.link?.release() }
  }

  /// Logs trouble with a peer; the lines about similar trouble with one place are limited.
  func logPeer(_ level: LogLevel, _ text: String, at address: String, about problem: String) {
    // A host with one address of an IPv6 network may use them all.
    let place = StrangerPlace.name(of: address)
    kernel.peerLog.log(level, in: Log.transport, text, similarTo: "\(place): \(problem)")
  }
}

/// The events of links and seeds that concern other parts of the node.
protocol PeersOwner: KernelOwner {
  /// A node is connected.
  func nodeUp(_ id: String)
  /// A node that was connected is lost.
  func nodeDown(_ id: String)
  /// The node at a seed's address is connected.
  func seedUp(_ id: String, at address: String)
  /// A seed is this very node.
  func seedIsOurselves(_ address: String)
  /// A seed is none any more.
  func seedDropped(at address: String)
  /// There are no seeds to ask.
  func hasNoSeeds()
  /// A lost global node could not be reached for long.
  func globalIsLost(_ id: String)
  /// Asks for the addresses of a node; ``Peers/found(_:_:)`` takes the answer.
  func find(_ id: String)
  /// Withdraws the question for the addresses of a node.
  func cancelFind(_ id: String)
  /// Handles a message for the node port.
  func handleRequest(_ message: UnsafeBufferPointer<Value>, from peer: Peer)
  /// Takes out the expected data connection with this id, if it is announced by that node.
  func takeExpectation(_ id: String, from node: String) -> DataExpectation?
}
