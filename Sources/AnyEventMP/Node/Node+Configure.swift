import AnyEvent

extension Node {
  /// Joins the network: listens, and begins to look for the seeds.
  ///
  /// It takes effect once. Host names in `binds` are looked up before it returns, for at most 4 seconds
  /// together. The loop's thread only. Corresponds to Perl's `configure`.
  ///
  /// - Throws: ``ConfigurationError`` for what makes no sense in the arguments or in the
  ///   configuration file, and for an address that cannot be listened on.
  public func configure(_ arguments: ConfigurationArguments) throws {
    loop.preconditionOnLoop()
    guard peers.configuration == nil else {
      AE.log(.error, in: Log.kernel, "configure: this node is \(id) already, ignored")
      return
    }
    let surroundings = peers.surroundings
    let configuration = try NodeConfiguration(arguments, context: surroundings.makeContext())
    let tls = try configuration.makeTLSContext()
    let sources = surroundings.makeAddressSources(configuration.hostName)
    try peers.listen(configuration, sources)
    loop.guests += 1
    limits.apply(configuration.limits)
    peers.configure(configuration, tls: tls)
    for warning in configuration.warnings { AE.log(.warn, in: Log.kernel, warning) }
    kernel.home.id = configuration.nodeID
    if configuration.isRandom { kernel.portPrefix = "" }
    AE.log(.debug, in: Log.kernel, "node \(id) starting up.")
    run {
      let binds = boundAddresses
      AE.log(.debug, in: Log.kernel, "node listens on [\(binds.joined(separator: ", "))].")
      database.configured(binds: binds)
      peers.seeds.start(configuration.seeds.flatMap { $0.seedAddresses(sources) })
      functions.start(configuration.services)
    }
  }

  /// Where the node listens, as `host:port`.
  package var boundAddresses: [String] { peers.listeners.map(\.address) }

  /// The addresses of the seeds that are to be connected.
  package var seedAddresses: [String] {
    peers.seeds.targets.compactMap { target in
      if case .seed(let address) = target.purpose { address } else { nil }
    }
  }

  /// Called from the loop when an attempt to connect to a node has failed.
  package var onFailedDial: ((FailedDial) -> Void)? {
    get { peers.onFailedDial }
    set { peers.onFailedDial = newValue }
  }
}

extension Node {
  /// Looks up the host names in `binds`, all at a time, before `configure`, which then waits for no name
  /// server.
  ///
  /// For programs whose loop runs before they have a node: a silent name server keeps them from nothing
  /// else. What makes no sense in the arguments is for `configure` to say. The loop's thread only.
  ///
  /// - Parameters:
  ///   - arguments: those that `configure` will get.
  ///   - done: called from the loop, once, when all names are looked up, or have no address.
  /// - Returns: what gives up the look-ups when it goes; nil, and nothing is called, if there are none.
  package func lookUpBinds(
    _ arguments: ConfigurationArguments, _ done: @escaping () -> Void
  ) -> Guard? {
    loop.preconditionOnLoop()
    guard peers.configuration == nil,
      let configuration = try? NodeConfiguration(
        arguments, context: peers.surroundings.makeContext())
    else { return nil }
    let names = TextSet(
      configuration.binds.compactMap { $0.nameToLookUp(hostName: configuration.hostName) })
    guard !names.isEmpty else { return nil }
    var left = names.count
    let resolutions = names.map { name in
      loop.resolve(name, 0) { [unowned self] result in
        peers.surroundings.remember(name, AddressSources.usable((try? result.get()) ?? []))
        left -= 1
        if left == 0 { done() }
      }
    }
    return Guard { for resolution in resolutions { resolution.cancel() } }
  }
}

extension NodeSurroundings {
  /// A host name is not looked up any more.
  fileprivate mutating func remember(_ name: String, _ addresses: [SocketAddress]) {
    let make = makeAddressSources
    makeAddressSources = { hostName in
      var sources = make(hostName)
      let lookUp = sources.lookUp
      sources.lookUp = { $0 == name ? addresses : lookUp($0) }
      return sources
    }
  }
}

extension Node {
  /// The largest packet in bytes, 16 MiB by default.
  ///
  /// To send a larger one is an error of the port that does, and a connection on which one arrives is
  /// closed. To be set before anything is sent and before `configure`.
  public var packetLimit: Int {
    get { limits.codec.maximumSize }
    set { limits.codec.maximumSize = newValue }
  }

  /// How many bytes may wait for one node before it is given up and its monitors fire; 0: any number.
  ///
  /// 256 MiB by default. ``queuedBytes(for:)`` tells how many wait, ``whenDrained(_:_:)`` when none do. As
  /// many bytes of messages between ports of this node may wait for the event loop; the port that one
  /// more is for is killed, with the reason `too_much_queued`.
  public var queueLimit: Int {
    get { limits.queue }
    set {
      limits.queue = newValue
      peers.queueLimitsChanged()
    }
  }

  /// How many bytes may wait for all other nodes together, 512 MiB by default; 0: any number.
  ///
  /// Beyond, the connected node that most waits for is given up, and its monitors fire. Of nodes that are
  /// not connected, for which a quarter may wait, it is the one that the next message is for.
  public var queuesLimit: Int {
    get { limits.queues }
    set { limits.queues = newValue }
  }

  /// How many bytes a name may have, 4096 by default: that of a port, a function, a node, a database
  /// family or a key in one.
  ///
  /// To be set before `configure`. A request that uses a longer one is refused, with a line in the log, and
  /// the port that sends to a node of such a name is killed with the reason `die`.
  public var nameLimit: Int {
    get { limits.name }
    set { limits.name = newValue }
  }

  /// How many bytes may wait for one node before ``onHighWater`` is called; 0: never called.
  public var highWaterMark: Int {
    get { kernel.highWaterMark }
    set {
      kernel.highWaterMark = newValue
      peers.queueLimitsChanged()
    }
  }

  /// Bytes that wait to be sent to a node, for those who want to send no faster than it takes.
  ///
  /// For our own node: the memory of messages between its ports that wait for the event loop, as those
  /// of a deep recursion do.
  public func queuedBytes(for node: String) -> Int {
    loop.preconditionOnLoop()
    return peers.queuedBytes(for: node)
  }

  /// Calls `callback` once, from the loop, when all that was sent to a node so far has been handed to
  /// the kernel, or when the node is lost.
  ///
  /// Who sends much sends the next part then: what waits for one node is limited, and going over the
  /// limit costs the connection.
  public func whenDrained(_ node: String, _ callback: @escaping () -> Void) {
    loop.preconditionOnLoop()
    peers.whenDrained(node, callback)
  }
}
