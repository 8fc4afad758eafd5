internal import AEMPWire
internal import AnyEvent

/// The value of one setting and its origin, and the conversion to the type of the setting.
///
/// As in Perl, numbers may be written as text and text as numbers.
struct SettingValue: Hashable, Sendable {
  let setting: Setting
  let value: Value
  let origin: SettingOrigin

  /// The value as text; a number becomes its digits.
  func text() throws(ConfigurationError) -> String {
    guard let text = Self.text(of: value) else { throw wrongType("a string") }
    return text
  }

  func number() throws(ConfigurationError) -> Double {
    switch value {
    case .int(let number): return Double(number)
    case .uint(let number): return Double(number)
    case .double(let number): return number
    case .string(let text):
      if let number = Double(text), number.isFinite { return number }
      throw wrongValue("\"\(text)\"", "is no number")
    default: throw wrongType("a number")
    }
  }

  private static let year = 31_536_000.0

  /// A time span in seconds: above 0 and at most a year.
  func seconds() throws(ConfigurationError) -> Double {
    let seconds = try number()
    guard seconds > 0, seconds <= Self.year else {
      throw wrongValue(Self.shown(value), "is no number of seconds above 0 and up to 31536000")
    }
    return seconds
  }

  /// A time span in seconds, or 0 for never.
  func secondsOrNever() throws(ConfigurationError) -> Double {
    let seconds = try number()
    if seconds == 0 { return 0 }
    guard seconds > 0, seconds <= Self.year else {
      throw wrongValue(
        Self.shown(value), "is neither a number of seconds up to 31536000 nor 0 for never")
    }
    return seconds
  }

  /// The value as true or false: 0, the empty text and the words for "no" are false.
  func flag() throws(ConfigurationError) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .int(let number): return number != 0
    case .uint: return true
    case .double(let number): return number != 0
    case .string("1"), .string("true"), .string("on"), .string("yes"): return true
    case .string("0"), .string("false"), .string("off"), .string("no"), .string(""): return false
    case .string: throw wrongValue(Self.shown(value), "is neither 1 nor 0")
    default: throw wrongType("1 or 0")
    }
  }

  /// The value as a level of the log.
  func logLevel() throws(ConfigurationError) -> LogLevel {
    guard let level = LogLevel(try text()) else {
      throw wrongValue(
        Self.shown(value), "is no log level: those are 1 to 9, or names such as warn")
    }
    return level
  }

  func list() throws(ConfigurationError) -> [String] {
    guard case .array(let elements) = value else { throw wrongType("a list of strings") }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = Self.text(of: element) else {
        throw wrongType("a string", of: element, as: "element \(index + 1) of ")
      }
      texts.append(text)
    }
    return texts
  }

  /// The elements of `services`.
  func services() throws(ConfigurationError) -> [ConfiguredService] {
    guard case .array(let elements) = value else { throw wrongType("a list") }
    var services: [ConfiguredService] = []
    for (index, element) in elements.enumerated() {
      guard let service = ConfiguredService(element) else {
        throw wrongType(
          "a name, or a list of a name and arguments", of: element, as: "element \(index + 1) of ")
      }
      services.append(service)
    }
    return services
  }

  /// The text of a scalar, as in Perl; nil for a list, a hash, binary data, a boolean and null.
  static func text(of value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number): String(number)
    default: nil
    }
  }
}

extension SettingValue {
  /// The error for a value of the right type that has no meaning; `text` shows it, `problem` says
  /// why.
  func wrongValue(_ text: String, _ problem: String) -> ConfigurationError {
    ConfigurationError(
      .badValue,
      "\(setting.name) \(origin): \(text) \(problem); write for example \(setting.example(origin))",
      file: origin.file)
  }

  private func wrongType(
    _ wanted: String, of element: Value? = nil, as part: String = ""
  ) -> ConfigurationError {
    ConfigurationError(
      .wrongType,
      """
      \(part)\(setting.name) \(origin) is \(Self.kind(of: element ?? value)) but must be \
      \(wanted); write for example \(setting.example(origin))
      """, file: origin.file)
  }

  /// A value as it appears in a sentence; never called for secrets.
  static func shown(_ value: Value) -> String {
    if case .string(let text) = value { return "\"\(text)\"" }
    return text(of: value) ?? kind(of: value)
  }

  /// The type of a value with its article, for sentences.
  static func kind(of value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .uint, .double: "a number"
    case .string: "a string"
    case .bytes: "binary data"
    case .array: "a list"
    case .hash: "an object"
    }
  }
}

/// Values with a meaning that is checked: node ids, secrets, addresses, names.
extension SettingValue {
  /// The node id of a pattern, and whether it is random.
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

  /// The secret; nil for an empty one, which means that there is none.
  func secret() throws(ConfigurationError) -> Secret? {
    try secret(try text(), called: setting.name)
  }

  /// The accepted secrets, none of them empty.
  ///
  /// There is a limit because a handshake tries each of them with each peer.
  func secrets() throws(ConfigurationError) -> [Secret] {
    let texts = try list()
    guard texts.count <= Self.mostSecrets else {
      throw wrongValue("the list", "has more than \(Self.mostSecrets) secrets")
    }
    var secrets: [Secret] = []
    for (index, text) in texts.enumerated() {
      let name = "element \(index + 1)"
      guard let secret = try secret(text, called: "\(name) of \(setting.name)") else {
        throw wrongValue(name, "is empty")
      }
      secrets.append(secret)
    }
    return secrets
  }

  private func secret(_ text: String, called name: String) throws(ConfigurationError) -> Secret? {
    do throws(SecretError) {
      return try Secret(text)
    } catch {
      throw ConfigurationError(.badValue, "\(name) \(origin): \(error)", file: origin.file)
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

  /// The configured framings that this implementation knows.
  func framings(_ warnings: inout [String]) throws(ConfigurationError) -> [Framing] {
    try choices(among: Framing.init(named:), &warnings)
  }

  /// The configured authentication methods that this implementation knows.
  func authMethods(_ warnings: inout [String]) throws(ConfigurationError) -> [AuthMethod] {
    try choices(
      among: { AuthMethod.configurable.contains($0) ? AuthMethod(rawValue: $0) : nil }, &warnings)
  }

  /// The elements that `make` knows; the others cause warnings, because a node in Perl may share
  /// the file.
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
    "chacha20poly1305_x25519", "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512", "tls_anon",
    "cleartext",
  ]
}

/// One element of `services`: a function by name that is called with arguments when the node is up.
package struct ConfiguredService: Hashable, Sendable {
  /// The name; one that ends in `::` names a module.
  package let name: String
  /// The arguments of the function.
  package let arguments: [Value]

  /// Whether the element only loads a module, as Perl says.
  package var isModule: Bool { name.hasSuffix("::") }

  /// Reads an element of the file: a name, or a list of a name and arguments; nil if it is neither.
  init?(_ value: Value) {
    switch value {
    case .string(let name) where !name.isEmpty:
      self.name = name
      arguments = []
    case .array(let elements):
      guard case .string(let name)? = elements.first, !name.isEmpty else { return nil }
      self.name = name
      arguments = Array(elements.dropFirst())
    default: return nil
    }
  }
}
