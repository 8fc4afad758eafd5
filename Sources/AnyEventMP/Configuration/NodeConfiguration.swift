package import AEMPWire

/// The configuration of one node: everything decided, nothing left to look up but host names.
package struct NodeConfiguration: Sendable {
  /// The node id, with `%n` and `%u` replaced.
  package let nodeID: String
  /// Whether the node id holds the process's random name, so that ports need none in theirs.
  package let isRandom: Bool
  /// The random name of the process.
  package let runiq: String
  /// The name of this host.
  package let hostName: String
  /// Where to listen.
  package let binds: [BindAddress]
  /// Which nodes to contact first.
  package let seeds: [BindAddress]
  /// The secrets of the network, most preferred first: those of `secrets`, then `secret`.
  package let secrets: [Secret]
  /// Key, certificate and trusted certificates as PEM text.
  package let certificate: String?
  /// Seconds after which an unreachable node counts as down.
  package let monitorTimeout: Double
  /// Seconds that a connection attempt gets before the next one starts.
  package let connectInterval: Double
  /// Seconds of silence after which a connected node is asked for a sign of life, and after which this
  /// one gives one; 0: never, and silence is no reason to give a node up.
  package let heartbeat: Double
  /// Seconds of silence after which a connected node counts as down.
  package let heartbeatTimeout: Double
  /// Seconds that a handshake may take.
  package let handshakeTimeout: Double
  /// The limits that somebody has set.
  let limits: [Setting: Int]
  /// The framings to offer, most preferred first.
  package let framings: [Framing]
  /// The authentication methods that we use, most preferred first.
  package let authOffer: [AuthMethod]
  /// The authentication methods that we accept, most preferred first.
  package let authAccept: [AuthMethod]
  /// Whether other nodes may not start functions here.
  package let secure: Bool
  /// Whether small packets are sent at once (`TCP_NODELAY`).
  package let nodelay: Bool
  /// What to start when the node is up.
  package let services: [ServiceEntry]
  /// Sentences to log as warnings: what was configured but is not followed.
  package let warnings: [String]

  /// Whether there is something to authenticate with.
  package var hasCredentials: Bool { !secrets.isEmpty || certificate != nil }

  /// The configuration that these arguments, the user's configuration file and the built-in
  /// defaults make together.
  ///
  /// The file is read unless `norc` is set; one that does not exist is empty.
  ///
  /// - Throws: ``ConfigurationError`` when the file can't be read, and for every value that makes
  ///   no sense.
  package init(
    _ arguments: ConfigurationArguments, context: ConfigurationContext
  ) throws(ConfigurationError) {
    let file = context.file
    try self.init(
      arguments, contents: arguments.norc ? [:] : file.load(), file: file.path, context: context)
  }

  /// The same from what a configuration file holds; `file` is its name in error messages.
  package init(
    _ arguments: ConfigurationArguments, contents: TextDictionary<Value>, file: String,
    context: ConfigurationContext
  ) throws(ConfigurationError) {
    let settings = try LayeredSettings(
      arguments, contents: contents, file: file, hostName: context.hostName)
    var warnings = settings.warnings
    let (nodeID, isRandom) = try Self.nodeID(settings, context)
    self.nodeID = nodeID
    self.isRandom = isRandom
    runiq = context.runiq
    hostName = context.hostName
    secrets = try Self.secrets(settings)
    if secrets.contains(where: { $0.count < Self.shortestSecret }) {
      warnings.append(Self.shortSecret)
    }
    certificate = try Self.certificate(settings)
    binds = try Self.binds(
      settings, hasCredentials: !secrets.isEmpty || certificate != nil, &warnings)
    seeds = try settings[.seeds].addresses()
    monitorTimeout = try settings[.monitorTimeout].seconds()
    connectInterval = try settings[.connectInterval].seconds()
    heartbeat = try settings[.heartbeat].secondsOrNever()
    heartbeatTimeout = try settings[.heartbeatTimeout].seconds()
    handshakeTimeout =
      settings.isSet(.handshakeTimeout)
      ? try settings[.handshakeTimeout].seconds() : monitorTimeout
    limits = try settings.limits
    framings = try settings[.framingFormat].framings(&warnings)
    authOffer = try settings[.authOffer].authMethods(&warnings)
    authAccept = try settings[.authAccept].authMethods(&warnings)
    secure = try settings[.secure].flag()
    nodelay = try settings[.nodelay].flag()
    services = try settings[.services].services()
    if try settings[.autocork].flag() {
      warnings.append(
        """
        autocork \(settings[.autocork].origin) is ignored: this program always sends together what \
        is sent while its event loop goes round once
        """)
    }
    if settings.isSet(.eval) {
      warnings.append(
        """
        eval \(settings[.eval].origin) is ignored: it holds Perl code, which this program cannot \
        run
        """)
    }
    self.warnings = warnings
  }
}
