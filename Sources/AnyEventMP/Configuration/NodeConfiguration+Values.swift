internal import AEMPWire

/// How each setting becomes what the node uses.
extension NodeConfiguration {
  /// The longest node id: greeting lines of 4096 bytes have room for it, also when it is escaped.
  private static let longestNodeID = 1000

  static func nodeID(
    _ settings: LayeredSettings, _ context: ConfigurationContext
  ) throws(ConfigurationError) -> (String, isRandom: Bool) {
    let configured = settings[.nodeID]
    let pattern = try configured?.text() ?? settings.profile + "/"
    let (nodeID, isRandom) = expand(pattern, context)
    let isAllowed = nodeID.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    if !nodeID.isEmpty, isAllowed, nodeID.utf8.count <= longestNodeID {
      return (nodeID, isRandom)
    }
    let problem =
      nodeID.isEmpty
      ? "is empty"
      : isAllowed
        ? "makes a node id of more than \(longestNodeID) characters"
        : "makes the node id \"\(nodeID)\", but a node id has only A-Z a-z 0-9 _ - . : /"
    if let configured { throw configured.wrongValue("\"\(pattern)\"", problem) }
    throw ConfigurationError(
      .badValue,
      "the profile name \"\(settings.profile)\" \(problem); set nodeid, for example to \"anon/\"")
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

  static func secret(_ settings: LayeredSettings) throws(ConfigurationError) -> Secret? {
    guard let configured = settings[.secret] else { return nil }
    let text = try configured.text()
    do throws(SecretError) {
      return try Secret(text)
    } catch {
      throw ConfigurationError(
        .badValue, "secret \(configured.origin): \(error)", file: configured.origin.file)
    }
  }

  /// Where to listen; a node that can't authenticate and was told nothing listens nowhere.
  static func binds(
    _ settings: LayeredSettings, hasCredentials: Bool, _ warnings: inout [String]
  ) throws(ConfigurationError) -> [BindAddress] {
    if settings[.binds] != nil { return try addresses(settings, .binds) }
    if hasCredentials { return [.everyInterface(port: nil)] }
    warnings.append(
      """
      neither a secret nor a certificate is configured, so this node cannot talk to others; run \
      "aemp gensecret" and copy the configuration file to all hosts
      """)
    return []
  }

  static func addresses(
    _ settings: LayeredSettings, _ setting: Setting
  ) throws(ConfigurationError) -> [BindAddress] {
    guard let configured = settings[setting] else { return [] }
    return try configured.addresses()
  }

  static func framings(
    _ settings: LayeredSettings, _ warnings: inout [String]
  ) throws(ConfigurationError) -> [Framing] {
    guard let configured = settings[.framingFormat] else { return [.cbor, .json] }
    return try configured.choices(among: Framing.init(rawValue:), &warnings)
  }

  static func authMethods(
    _ settings: LayeredSettings, _ setting: Setting, _ warnings: inout [String]
  ) throws(ConfigurationError) -> [AuthMethod] {
    guard let configured = settings[setting] else {
      return HandshakeConfiguration.defaultAuthMethods
    }
    return try configured.choices(
      among: { AuthMethod.configurable.contains($0) ? AuthMethod(rawValue: $0) : nil }, &warnings)
  }
}

extension AuthMethod {
  /// The names that `auth_offer` and `auth_accept` may have.
  fileprivate static let configurable: Set = [
    "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512", "tls_anon", "cleartext",
  ]
}

extension SettingValue {
  /// The addresses of `binds` or `seeds`.
  func addresses() throws(ConfigurationError) -> [BindAddress] {
    let texts = try list()
    do throws(BindAddress.ParseError) {
      return try BindAddress.parse(texts)
    } catch {
      throw wrongValue(error.text, error.problem)
    }
  }

  /// The elements that `make` knows; the others become warnings, for the file may be Perl's as well.
  ///
  /// - Throws: ``ConfigurationError`` when none is known.
  func choices<Choice>(
    among make: (String) -> Choice?, _ warnings: inout [String]
  ) throws(ConfigurationError) -> [Choice] {
    var choices: [Choice] = []
    for name in try list() {
      if let choice = make(name) {
        choices.append(choice)
      } else {
        warnings.append("\(setting.rawValue) \(origin): \"\(name)\" is not known and left out")
      }
    }
    if choices.isEmpty { throw wrongValue("the list", "names nothing that is known") }
    return choices
  }
}
