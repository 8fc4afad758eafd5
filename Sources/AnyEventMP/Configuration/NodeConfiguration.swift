package import AEMPWire
internal import AEOpenSSL
package import AnyEvent
internal import Glibc

/// The resolved configuration of one node: only host names are left to look up.
///
/// The rows of the settings fill in the fields, and replace the values that stand here.
package struct NodeConfiguration: Sendable {
  /// The node id, with `%n` and `%u` replaced.
  package internal(set) var nodeID = ""
  /// Whether the node id contains the random name of the process, so that port names need no copy
  /// of it.
  package internal(set) var isRandom = false
  /// The random name of the process.
  package let runiq: String
  /// The name of this host.
  package let hostName: String
  /// Where to listen.
  package internal(set) var binds: [BindAddress] = []
  /// Where other nodes are told to dial; empty: where this node listens.
  package internal(set) var announced: [BindAddress] = []
  /// The nodes to contact first.
  package internal(set) var seeds: [BindAddress] = []
  /// The secrets of the network, most preferred first: those of `secrets`, then `secret`.
  package internal(set) var secrets: [Secret] = []
  /// Key, certificate and trusted certificates as PEM text.
  package internal(set) var certificate: String?
  /// Seconds after which an unreachable node counts as down.
  package internal(set) var monitorTimeout = 0.0
  /// Seconds that a connection attempt gets before the next one starts.
  package internal(set) var connectInterval = 0.0
  /// Seconds of silence after which a connected node is asked for a sign of life, and after which
  /// this node gives one; 0: never, and silence never makes a node count as down.
  package internal(set) var heartbeat = 0.0
  /// Seconds of silence after which a connected node counts as down.
  package internal(set) var heartbeatTimeout = 0.0
  /// Seconds that a handshake may take.
  package internal(set) var handshakeTimeout = 0.0
  /// The configured limits.
  var limits: [Setting: Int] = [:]
  /// The framings to offer, most preferred first.
  package internal(set) var framings: [Framing] = []
  /// The authentication methods that this node uses, most preferred first.
  package internal(set) var authOffer: [AuthMethod] = []
  /// The authentication methods that this node accepts, most preferred first.
  package internal(set) var authAccept: [AuthMethod] = []
  /// Whether other nodes may not start functions here.
  package internal(set) var secure = false
  /// Whether small packets are sent at once (`TCP_NODELAY`).
  package internal(set) var nodelay = false
  /// The urgency from which on the process logs messages; nil when no setting says so.
  package internal(set) var logLevel: LogLevel?
  /// The services to start when the node is up.
  package internal(set) var services: [ConfiguredService] = []
  /// The values of the settings from which all of this was made.
  let settings: LayeredSettings
  /// Warnings for the log about settings that have no effect.
  package internal(set) var warnings: [String] = []

  /// Whether there is something to authenticate with.
  package var hasCredentials: Bool { !secrets.isEmpty || certificate != nil }

  /// The configuration that these arguments, the user's file and the built-in defaults make
  /// together.
  ///
  /// The file is read unless `norc` is set; a file that does not exist counts as empty.
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

  /// The configuration with `contents` as the configuration file's contents; `file` names it in error messages.
  package init(
    _ arguments: ConfigurationArguments, contents: TextDictionary<Value>, file: String,
    context: ConfigurationContext
  ) throws(ConfigurationError) {
    let settings = try LayeredSettings(
      arguments, contents: contents, file: file, hostName: context.hostName)
    try self.init(settings, context: context)
  }

  /// The configuration that these settings make.
  ///
  /// - Throws: ``ConfigurationError`` for every value that makes no sense.
  init(
    _ settings: LayeredSettings, context: ConfigurationContext
  ) throws(ConfigurationError) {
    self.settings = settings
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

/// Decisions that depend on several settings.
extension NodeConfiguration {
  /// The longest node id: a greeting line of 4096 bytes has room for it even when it is escaped.
  private static let longestNodeID = 1000

  /// Names a node without a node id after its profile, with a random part.
  mutating func takeName(ofProfile profile: String) throws(ConfigurationError) {
    (nodeID, isRandom) = Self.expand(profile + "/", hostName: hostName, runiq: runiq)
    if let problem = Self.problem(withNodeID: nodeID) {
      throw ConfigurationError(
        .badValue,
        """
        the profile name "\(profile)" \(problem); set the node id, for example "nodeid": "anon/"
        """)
    }
  }

  /// Says why a node id cannot be used; nil when it can.
  static func problem(withNodeID nodeID: String) -> String? {
    if nodeID.isEmpty { return "makes an empty node id" }
    if !Greeting.isValid(nodeID: nodeID) {
      return "makes the node id \"\(nodeID)\", but a node id has only A-Z a-z 0-9 _ - . : /"
    }
    if nodeID.utf8.count > longestNodeID {
      return "makes a node id of more than \(longestNodeID) characters"
    }
    return nil
  }

  /// Replaces `%n` by the host's name, and `%u` and an ending `/` by the random name.
  static func expand(
    _ pattern: String, hostName: String, runiq: String
  ) -> (String, isRandom: Bool) {
    var result = String.UnicodeScalarView()
    var isRandom = false
    var rest = pattern.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "%", rest.first == "n" {
        rest.removeFirst()
        result.append(contentsOf: hostName.unicodeScalars)
      } else if scalar == "%", rest.first == "u" {
        rest.removeFirst()
        result.append(contentsOf: runiq.unicodeScalars)
        isRandom = true
      } else {
        result.append(scalar)
      }
    }
    if pattern.unicodeScalars.last == "/" {
      result.append(contentsOf: runiq.unicodeScalars)
      isRandom = true
    }
    return (String(result), isRandom)
  }

  /// The shortest secret that gives no warning: an attacker whom a node connects to can test
  /// guesses of its secret offline.
  private static let shortestSecret = 16

  /// Warns about a weak or missing secret, and stops a node without credentials from listening by
  /// default.
  mutating func lookAtCredentials(hasBinds: Bool) {
    if secrets.contains(where: { $0.count < Self.shortestSecret }) {
      warnings.append(
        """
        a secret of fewer than \(Self.shortestSecret) characters is configured, which can be guessed; run \
        "aemp gensecret" and copy the configuration file to all hosts
        """)
    }
    guard !hasCredentials, !hasBinds else { return }
    binds = []
    warnings.append(
      """
      neither a secret nor a certificate is configured, so this node cannot talk to others; run \
      "aemp gensecret" and copy the configuration file to all hosts
      """)
  }
}

/// The node's certificate.
extension NodeConfiguration {
  /// Makes the shared part of the node's TLS connections; nil when the node has no certificate.
  ///
  /// A certificate that is not valid now only causes a warning: its peers refuse it, but the clock
  /// of this machine may be wrong.
  ///
  /// - Throws: ``ConfigurationError`` when the certificate can't be used.
  func makeTLSContext() throws(ConfigurationError) -> TLSContext? {
    guard let certificate else { return nil }
    let bundle: CertificateBundle
    do throws(CertificateError) {
      bundle = try Array(certificate.utf8).withUnsafeBufferPointer {
        (text) throws(CertificateError) in
        try CertificateBundle(pem: UnsafeRawBufferPointer(text))
      }
    } catch {
      throw ConfigurationError(.badValue, "the setting cert \(error)")
    }
    do throws(CertificateError) {
      try bundle.checkValidity(now: time(nil))
    } catch {
      AE.log(.warn, in: Log.kernel, "the setting cert \(error)")
    }
    do throws(TLSError) {
      return try TLSContext(mutual: bundle)
    } catch {
      throw ConfigurationError(.badValue, "the setting cert: \(error)")
    }
  }
}

extension NodeConfiguration: CustomStringConvertible, CustomReflectable {
  /// The node id alone: the certificate holds the private key.
  package var description: String { "configuration of \(nodeID)" }

  /// A mirror without children, so that `dump` of the configuration or of the node shows no key.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
