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
