import AnyEventMP

/// The commands that change one setting: `setX`, `X`, `delX`, and `addY`, `delY` for lists.
extension CommandParser {
  /// Reads the arguments of a command that changes a setting; false when `name` is no such command.
  mutating func parseChange(_ name: String) throws(UsageError) -> Bool {
    if let setting = Self.elementSetting(name, after: "add") {
      edit(.append(setting, try elements(name, setting)))
    } else if let setting = Self.elementSetting(name, after: "del") {
      edit(.subtract(setting, try elements(name, setting)))
    } else if let setting = Self.setting(name, after: "del") {
      edit(.remove(setting))
    } else if let setting = Self.setting(name, after: "set") ?? Self.setting(name, after: "") {
      // `eval` alone asks a node; it was looked for before.
      try parseSet(setting, name)
    } else {
      return false
    }
    return true
  }

  private mutating func parseSet(_ setting: Setting, _ name: String) throws(UsageError) {
    if setting == .certificate {
      let path = try text(name, "the name of a PEM file, such as: setcert node.pem")
      return readCertificate(path == "-" ? nil : path)
    }
    let argument = try argument(name, "a value, such as: \(setting.exampleOnCommandLine)")
    if setting == .parent, !hasProfile {
      throw UsageError(
        explained: "\(name) needs a profile before it, such as: profile seed setparent base")
    }
    if setting == .secret, argument.text == "-" { return readSecret() }
    note(argument, for: setting)
    edit(.set(setting, try normalized(argument, setting)))
  }

  private mutating func elements(_ name: String, _ setting: Setting) throws(UsageError) -> [Value] {
    let argument = try argument(
      name, "a value, such as the one of: \(setting.exampleOnCommandLine)")
    guard case .array(let elements) = try normalized(argument, setting) else { return [] }
    return elements
  }

  private func normalized(
    _ argument: Argument, _ setting: Setting
  ) throws(UsageError) -> Value {
    let value = try argument.value(for: setting)
    do throws(ConfigurationError) {
      return try setting.normalized(value)
    } catch {
      throw UsageError(explained: error.sentence)
    }
  }

  private static func setting(_ name: String, after prefix: String) -> Setting? {
    guard name.hasPrefix(prefix) else { return nil }
    return Setting(rawValue: String(name.dropFirst(prefix.count)))
  }

  /// The list that `addbind`, `delseed` and so on work on.
  private static func elementSetting(_ name: String, after prefix: String) -> Setting? {
    switch name {
    case prefix + "bind": .binds
    case prefix + "seed": .seeds
    case prefix + "service": .services
    default: nil
    }
  }
}
