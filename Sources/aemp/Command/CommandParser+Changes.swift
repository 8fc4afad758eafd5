import AnyEventMP

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
      // `eval` alone asks a node; it was looked for before.
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
    if setting == .parent, !hasProfile {
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

  /// Takes `--force`, which stands before or behind the value; any other text may be one.
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
