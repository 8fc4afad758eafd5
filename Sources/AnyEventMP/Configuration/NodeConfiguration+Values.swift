internal import AEMPWire

/// What of a configuration depends on several settings.
extension NodeConfiguration {
  /// The longest node id: greeting lines of 4096 bytes have room for it, also when it is escaped.
  private static let longestNodeID = 1000

  /// A node that was given no node id is named like its profile, with a random part.
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

  /// A shorter secret can be guessed from what an attacker gets who is connected to.
  private static let shortestSecret = 16

  /// Says what is wrong with secret and certificate; a node that can't authenticate and was told nothing
  /// listens nowhere.
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
