import AnyEvent

extension Node {
  /// Joins the network: listens, and begins to connect to the seeds.
  ///
  /// Only the first call has an effect. Host names in `binds` are looked up before it returns, for
  /// at most 4 seconds together. To be called on the loop's thread. Corresponds to Perl's
  /// `configure`.
  ///
  /// - Throws: ``ConfigurationError`` for invalid arguments or an invalid configuration file, and
  ///   for an address that cannot be listened on.
  public func configure(_ arguments: ConfigurationArguments) throws {
    loop.preconditionOnLoop()
    guard peers.configuration == nil else {
      AE.log(.error, in: Log.kernel, "configure: this node is \(id) already, ignored")
      return
    }
    let surroundings = peers.surroundings
    let context = surroundings.makeContext()
    let configuration = try NodeConfiguration(arguments, context: context)
    let tls = try configuration.makeTLSContext()
    let sources = surroundings.makeAddressSources(configuration.hostName)
    try peers.listen(configuration, sources)
    loop.guests += 1
    loop.measureBlockedTime()
    limits.apply(configuration.limits)
    peers.configure(configuration, tls: tls)
    source = (arguments, context.file)
    takeLogLevel(of: configuration, insteadOf: nil)
    for warning in configuration.warnings { AE.log(.warn, in: Log.kernel, warning) }
    kernel.home.id = configuration.nodeID
    let callbacks = onConfigure
    onConfigure = []
    for callback in callbacks { callback(id) }
    if configuration.isRandom { kernel.portPrefix = "" }
    AE.log(.debug, in: Log.kernel, "node \(id) starting up.")
    run {
      let binds = boundAddresses
      AE.log(.debug, in: Log.kernel, "node listens on [\(binds.joined(separator: ", "))].")
      let announced = configuration.announced.flatMap { $0.seedAddresses(sources) }
      if !announced.isEmpty {
        AE.log(.debug, in: Log.kernel, "node announces [\(announced.joined(separator: ", "))].")
      }
      database.configured(binds: announced.isEmpty ? binds : announced)
      peers.seeds.start(configuration.seeds.flatMap { $0.seedAddresses(sources) })
      functions.start(configuration.services)
    }
  }

  /// The addresses on which the node listens, as `host:port`.
  package var boundAddresses: [String] { peers.listeners.map(\.address) }

  /// The addresses of the seeds that are kept connected.
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
  /// Looks up all host names in `binds` before `configure`, which then does not block.
  ///
  /// For programs whose loop runs before they have a node: a silent name server then blocks nothing
  /// else. Invalid arguments are left for `configure` to report. To be called on the loop's thread.
  ///
  /// - Parameters:
  ///   - arguments: the arguments that `configure` will get.
  ///   - done: called once from the loop, when all names are looked up or have no address.
  /// - Returns: a guard that cancels the look-ups when it is dropped; nil, without a call of
  ///   `done`, if there are none.
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
  /// Remembers the addresses of a host name, which is not looked up again.
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
  /// A port that sends a larger one gets an error, and a connection on which one arrives is closed.
  /// To be set before anything is sent and before `configure`.
  public var packetLimit: Int {
    get { limits.codec.maximumSize }
    set { limits.codec.maximumSize = newValue }
  }

  /// The most bytes that may wait for one node; beyond, its monitors fire; 0: any number.
  ///
  /// The default is 256 MiB. ``queuedBytes(for:)`` returns the number of waiting bytes, and
  /// ``whenDrained(_:_:)`` calls back when none wait. The same number of bytes of messages between
  /// ports of this node may wait for the event loop; a port that gets a message beyond it is killed
  /// with the reason `too_much_queued`.
  public var queueLimit: Int {
    get { limits.queue }
    set {
      limits.queue = newValue
      peers.queueLimitsChanged()
    }
  }

  /// The most bytes that may wait for all other nodes together, 512 MiB by default; 0: any number.
  ///
  /// Beyond, the connected node with the most waiting bytes counts as down, and its monitors fire.
  /// For all nodes that are not connected together a quarter may wait; beyond, the node of the next
  /// message counts as down.
  public var queuesLimit: Int {
    get { limits.queues }
    set { limits.queues = newValue }
  }

  /// The most bytes of the name of a port, function, node, database family or key; 4096 by default.
  ///
  /// To be set before `configure`. A request with a longer name is refused, with a line in the log,
  /// and a port that sends to a node with a longer name is killed with the reason `die`.
  public var nameLimit: Int {
    get { limits.name }
    set { limits.name = newValue }
  }

  /// The number of bytes waiting for one node beyond which ``onHighWater`` is called; 0: never.
  public var highWaterMark: Int {
    get { kernel.highWaterMark }
    set {
      kernel.highWaterMark = newValue
      peers.queueLimitsChanged()
    }
  }

  /// The bytes that wait to be sent to a node, for programs that adapt their speed to the node's.
  ///
  /// For this node itself: the memory of messages between its ports that wait for the event loop,
  /// as those of a deep recursion do.
  public func queuedBytes(for node: String) -> Int {
    loop.preconditionOnLoop()
    return peers.queuedBytes(for: node)
  }

  /// Calls `callback` once, from the loop, when everything sent to a node so far has been handed to
  /// the kernel, or when the node is lost.
  ///
  /// A program that sends much data should send the next part then: the bytes that may wait for one
  /// node are limited, and exceeding the limit costs the connection.
  public func whenDrained(_ node: String, _ callback: @escaping () -> Void) {
    loop.preconditionOnLoop()
    peers.whenDrained(node, callback)
  }
}
