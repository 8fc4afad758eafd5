package import AEMPWire

/// The configuration of one node: everything decided, nothing left to look up but host names.
///
/// The rows of the settings fill in the fields; what they hold here is replaced by the standard values there.
package struct NodeConfiguration: Sendable {
  /// The node id, with `%n` and `%u` replaced.
  package internal(set) var nodeID = ""
  /// Whether the node id holds the process's random name, so that ports need none in theirs.
  package internal(set) var isRandom = false
  /// The random name of the process.
  package let runiq: String
  /// The name of this host.
  package let hostName: String
  /// Where to listen.
  package internal(set) var binds: [BindAddress] = []
  /// Which nodes to contact first.
  package internal(set) var seeds: [BindAddress] = []
  /// The secrets of the network, most preferred first: those of `secrets`, then `secret`.
  package internal(set) var secrets: [Secret] = []
  /// Key, certificate and trusted certificates as PEM text.
  package internal(set) var certificate: String?
  /// Seconds after which an unreachable node counts as down.
  package internal(set) var monitorTimeout = 0.0
  /// Seconds that a connection attempt gets before the next one starts.
  package internal(set) var connectInterval = 0.0
  /// Seconds of silence after which a connected node is asked for a sign of life, and after which this
  /// one gives one; 0: never, and silence is no reason to give a node up.
  package internal(set) var heartbeat = 0.0
  /// Seconds of silence after which a connected node counts as down.
  package internal(set) var heartbeatTimeout = 0.0
  /// Seconds that a handshake may take.
  package internal(set) var handshakeTimeout = 0.0
  /// The limits that somebody has set.
  var limits: [Setting: Int] = [:]
  /// The framings to offer, most preferred first.
  package internal(set) var framings: [Framing] = []
  /// The authentication methods that we use, most preferred first.
  package internal(set) var authOffer: [AuthMethod] = []
  /// The authentication methods that we accept, most preferred first.
  package internal(set) var authAccept: [AuthMethod] = []
  /// Whether other nodes may not start functions here.
  package internal(set) var secure = false
  /// Whether small packets are sent at once (`TCP_NODELAY`).
  package internal(set) var nodelay = false
  /// What to start when the node is up.
  package internal(set) var services: [ServiceEntry] = []
  /// Sentences to log as warnings: what was configured but is not followed.
  package internal(set) var warnings: [String] = []

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
    runiq = context.runiq
    hostName = context.hostName
    warnings = settings.warnings
    if !settings.isSet(.nodeID) { try takeName(ofProfile: settings.profile) }
    for setting in Setting.all where settings[setting].value != .null {
      try setting.type.apply(settings[setting], &self)
    }
    if !settings.isSet(.handshakeTimeout) { handshakeTimeout = monitorTimeout }
    lookAtCredentials(hasBinds: settings.isSet(.binds))
    warnings += try settings.ignored
  }
}
