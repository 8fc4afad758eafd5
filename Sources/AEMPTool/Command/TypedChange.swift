import AnyEventMP

/// A change of one setting whose value is typed: as an argument, or at standard input.
struct TypedChange {
  /// The change that the value makes.
  enum Action {
    case set, append, subtract

    /// For sentences about the elements of a list.
    var verb: String {
      switch self {
      case .set: "set as"
      case .append: "add to"
      case .subtract: "take out of"
      }
    }
  }

  let action: Action
  let setting: Setting
  /// Whether a secret may be short.
  let isForced: Bool

  /// The change of the file for a value.
  ///
  /// - Throws: ``UsageError`` when the value does not fit.
  func edit(_ argument: Argument) throws(UsageError) -> ConfigurationEdit {
    let value = try normalized(argument)
    if action != .set, value.array?.isEmpty == true {
      throw UsageError(explained: "there is nothing to \(action.verb) \(setting.name)")
    }
    switch action {
    case .set: return .set(setting, value)
    case .append: return .append(setting, value.array ?? [])
    case .subtract: return .subtract(setting, value.array ?? [])
    }
  }

  private func normalized(_ argument: Argument) throws(UsageError) -> Value {
    var value = try argument.value(for: setting)
    // One service, as Perl's tool takes it: a function and its arguments.
    if action != .set, setting == .services, case .array(let parts) = value {
      if case .array? = parts.first {
        throw UsageError(
          explained:
            #"one service is a name or ["name", argument…], not a list of services; add each by itself"#
        )
      }
      value = .array([value])
    }
    do throws(ConfigurationError) {
      value = try setting.normalized(value)
    } catch {
      throw UsageError(explained: error.sentence)
    }
    if !isForced { try ShortSecret.refuse(value, for: setting) }
    // Only new services are refused: one that stands in the file already can be taken out.
    if setting == .services, action != .subtract { try Self.refuseNumbers(in: value) }
    return value
  }

  /// Refuses services whose name is a number: no function has such a name.
  private static func refuseNumbers(in services: Value) throws(UsageError) {
    for service in services.array ?? [] {
      guard let name = service.array?.first?.string ?? service.string,
        name.utf8.allSatisfy({ $0 < UInt8(ascii: "A") }), Double(name) != nil
      else { continue }
      throw UsageError(
        explained:
          #"\#(name) is a number and no name of a function; a service is a name or ["name", argument…]"#
      )
    }
  }
}

/// Secrets that are so short that they can be guessed.
enum ShortSecret {
  private static let shortest = 8

  /// Refuses a value that is, or holds, such a secret.
  static func refuse(_ value: Value, for setting: Setting) throws(UsageError) {
    let secrets: [Value]
    switch setting {
    case .secret: secrets = [value]
    case .secrets: secrets = value.array ?? []
    default: return
    }
    for secret in secrets where (secret.string ?? "").unicodeScalars.count < shortest {
      throw UsageError(
        explained: """
          a secret of fewer than \(shortest) characters can be guessed by everybody who can connect; run \
          "aemp gensecret" to get a good one, or add --force
          """)
    }
  }
}

// MARK: - Parsing

/// The commands that change one setting: `setX`, `X`, `delX`, and `addY`, `delY` for lists.
extension CommandParser {
  /// Reads the arguments of a command that changes a setting; false when `name` is no such command.
  mutating func parseChange(_ name: String) throws(UsageError) -> Bool {
    if let setting = Self.elementSetting(name, after: "add") {
      try parse(.append, setting, name)
    } else if let setting = Self.elementSetting(name, after: "del") {
      try parse(.subtract, setting, name)
    } else if let setting = Self.setting(name, after: "del") {
      edit(.remove(setting))
    } else if let setting = Self.setting(name, after: "set") ?? Self.setting(name, after: "") {
      // The command `eval`, which asks a node, has been recognised before.
      if setting == .certificate {
        try parseCertificate(name)
      } else {
        try parse(.set, setting, name)
      }
    } else {
      return false
    }
    return true
  }

  private mutating func parseCertificate(_ name: String) throws(UsageError) {
    let isInput = rest.first?.isInput == true
    let path = try text(name, "the name of a PEM file, such as: setcert node.pem")
    if isInput { try takeInput() }
    readCertificate(isInput ? nil : path)
  }

  private mutating func parse(
    _ action: TypedChange.Action, _ setting: Setting, _ name: String
  ) throws(UsageError) {
    var isForced = setting.takesForce && takeForce()
    let example = (action == .set ? "" : "the one of: ") + setting.exampleOnCommandLine
    let argument = try argument(
      name, "a value, such as\(action == .set ? ":" : "") \(example)")
    if setting == .parent, profile == nil {
      throw UsageError(
        explained: "\(name) needs a profile before it, such as: profile seed setparent base")
    }
    if setting.takesForce, takeForce() { isForced = true }
    let change = TypedChange(action: action, setting: setting, isForced: isForced)
    if argument.isInput {
      try takeInput()
      return readValue(change)
    }
    note(argument, for: setting)
    edit(try change.edit(argument))
  }

  /// Takes `--force`, which stands before or behind the value; any other text may be a value.
  private mutating func takeForce() -> Bool {
    guard rest.first?.text == "--" + Option.force.rawValue else { return false }
    rest.removeFirst()
    return true
  }

  private static func setting(_ name: String, after prefix: String) -> Setting? {
    guard name.hasPrefix(prefix) else { return nil }
    return Setting.named(String(name.dropFirst(prefix.count)))
  }

  /// The list that `addbind`, `delseed` and so on work on.
  private static func elementSetting(_ name: String, after prefix: String) -> Setting? {
    Setting.all.first { $0.help.element.map { name == prefix + $0 } == true }
  }
}
