internal import AEMPWire

/// How each setting becomes what the node uses.
extension NodeConfiguration {
  /// The longest node id: greeting lines of 4096 bytes have room for it, also when it is escaped.
  private static let longestNodeID = 1000

  static func nodeID(
    _ settings: LayeredSettings, _ context: ConfigurationContext
  ) throws(ConfigurationError) -> (String, isRandom: Bool) {
    if settings.isSet(.nodeID) { return try settings[.nodeID].nodeID(context) }
    let (nodeID, isRandom) = expand(settings.profile + "/", context)
    if let problem = problem(withNodeID: nodeID) {
      throw ConfigurationError(
        .badValue,
        """
        the profile name "\(settings.profile)" \(problem); set the node id, for example \
        "nodeid": "anon/"
        """)
    }
    return (nodeID, isRandom)
  }

  /// What is wrong with a node id; nil when nothing is.
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

  /// Replaces `%n` by the host's name, `%u` and nothing behind an ending `/` by the random name.
  static func expand(
    _ pattern: String, _ context: ConfigurationContext
  ) -> (String, isRandom: Bool) {
    var result = String.UnicodeScalarView()
    var isRandom = false
    var rest = pattern.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "%", rest.first == "n" {
        rest.removeFirst()
        result.append(contentsOf: context.hostName.unicodeScalars)
      } else if scalar == "%", rest.first == "u" {
        rest.removeFirst()
        result.append(contentsOf: context.runiq.unicodeScalars)
        isRandom = true
      } else {
        result.append(scalar)
      }
    }
    if pattern.unicodeScalars.last == "/" {
      result.append(contentsOf: context.runiq.unicodeScalars)
      isRandom = true
    }
    return (String(result), isRandom)
  }

  static func secrets(_ settings: LayeredSettings) throws(ConfigurationError) -> [Secret] {
    var secrets = settings.isSet(.secrets) ? try settings[.secrets].secrets() : []
    if settings.isSet(.secret), let secret = try settings[.secret].secret(),
      !secrets.contains(secret)
    {
      secrets.append(secret)
    }
    return secrets
  }

  /// A shorter secret can be guessed from what an attacker gets who is connected to.
  static let shortestSecret = 16
  static let shortSecret = """
    a secret of fewer than \(shortestSecret) characters is configured, which can be guessed; run "aemp gensecret" and \
    copy the configuration file to all hosts
    """

  static func certificate(_ settings: LayeredSettings) throws(ConfigurationError) -> String? {
    guard settings.isSet(.certificate) else { return nil }
    let certificate = try settings[.certificate].text()
    return certificate.isEmpty ? nil : certificate
  }

  /// Where to listen; a node that can't authenticate and was told nothing listens nowhere.
  static func binds(
    _ settings: LayeredSettings, hasCredentials: Bool, _ warnings: inout [String]
  ) throws(ConfigurationError) -> [BindAddress] {
    if hasCredentials || settings.isSet(.binds) { return try settings[.binds].addresses() }
    warnings.append(
      """
      neither a secret nor a certificate is configured, so this node cannot talk to others; run \
      "aemp gensecret" and copy the configuration file to all hosts
      """)
    return []
  }
}
