internal import AEMPWire

/// Values that have to mean something: node ids, addresses, names.
extension SettingValue {
  /// The node id that the pattern makes, and whether it is random.
  func nodeID(
    hostName: String, runiq: String
  ) throws(ConfigurationError) -> (String, isRandom: Bool) {
    let pattern = try text()
    let (nodeID, isRandom) = NodeConfiguration.expand(pattern, hostName: hostName, runiq: runiq)
    if let problem = NodeConfiguration.problem(withNodeID: nodeID) {
      throw wrongValue("\"\(pattern)\"", problem)
    }
    return (nodeID, isRandom)
  }

  /// The secret; nil for the empty one, which means that there is none.
  func secret() throws(ConfigurationError) -> Secret? {
    let text = try text()
    do throws(SecretError) {
      return try Secret(text)
    } catch {
      throw ConfigurationError(.badValue, "secret \(origin): \(error)", file: origin.file)
    }
  }

  /// Several secrets, none of them empty.
  ///
  /// Each of them costs a computation for everybody who connects, so there is a limit.
  func secrets() throws(ConfigurationError) -> [Secret] {
    let texts = try list()
    guard texts.count <= Self.mostSecrets else {
      throw wrongValue("the list", "has more than \(Self.mostSecrets) secrets")
    }
    var secrets: [Secret] = []
    for (index, text) in texts.enumerated() {
      guard let secret = try element(index, text) else {
        throw wrongValue("element \(index + 1)", "is empty")
      }
      secrets.append(secret)
    }
    return secrets
  }

  private func element(_ index: Int, _ text: String) throws(ConfigurationError) -> Secret? {
    do throws(SecretError) {
      return try Secret(text)
    } catch {
      throw ConfigurationError(
        .badValue, "element \(index + 1) of secrets \(origin): \(error)", file: origin.file)
    }
  }

  private static let mostSecrets = 16

  /// The addresses of `binds` or `seeds`.
  func addresses() throws(ConfigurationError) -> [BindAddress] {
    let texts = try list()
    do throws(BindAddress.ParseError) {
      return try BindAddress.parse(texts)
    } catch {
      throw wrongValue(error.text, error.problem)
    }
  }

  /// The framings that we speak.
  func framings(_ warnings: inout [String]) throws(ConfigurationError) -> [Framing] {
    try choices(among: Framing.init(named:), &warnings)
  }

  /// The authentication methods that we know.
  func authMethods(_ warnings: inout [String]) throws(ConfigurationError) -> [AuthMethod] {
    try choices(
      among: { AuthMethod.configurable.contains($0) ? AuthMethod(rawValue: $0) : nil }, &warnings)
  }

  /// The elements that `make` knows; the others become warnings, for the file may be Perl's as well.
  private func choices<Choice>(
    among make: (String) -> Choice?, _ warnings: inout [String]
  ) throws(ConfigurationError) -> [Choice] {
    var choices: [Choice] = []
    for name in try list() {
      if let choice = make(name) {
        choices.append(choice)
      } else {
        warnings.append("\(setting.name) \(origin): \"\(name)\" is not known and left out")
      }
    }
    if choices.isEmpty { throw wrongValue("the list", "names nothing that is known") }
    return choices
  }
}

extension AuthMethod {
  /// The names that `auth_offer` and `auth_accept` may have.
  static let configurable = [
    "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512", "tls_anon", "cleartext",
  ]
}
