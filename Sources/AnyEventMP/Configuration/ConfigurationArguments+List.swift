extension ConfigurationArguments {
  /// Arguments as Perl's `configure` takes them: a profile if their number is odd, then pairs.
  ///
  /// For callers that have names and values at run time only: the command line tool. A later pair
  /// beats an earlier one. Lists may be written as text with commas.
  ///
  /// - Throws: ``ConfigurationError`` for a name that is no setting, and for a value of the wrong
  ///   type.
  package init(list: [Value]) throws(ConfigurationError) {
    self.init()
    var rest = list[...]
    if !list.count.isMultiple(of: 2) {
      profile = try Self.profileName(list[0])
      rest = list[1...]
    }
    while let name = rest.popFirst(), let value = rest.popFirst() {
      guard let name = SettingValue.text(of: name) else {
        throw ConfigurationError(
          .unknownSetting,
          "the name of a setting must be a string, not \(SettingValue.kind(of: name))")
      }
      try assign(name, value)
    }
  }

  /// The arguments as such a list, which makes the same ones again: for another process.
  package var list: [Value] {
    var list: [Value] = profile.map { ["profile", .string($0)] } ?? []
    if norc { list += ["norc", true] }
    if force { list += ["force", true] }
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      list += [.string(name), value]
    }
    return list
  }

  private mutating func assign(_ name: String, _ value: Value) throws(ConfigurationError) {
    switch name {
    case "profile": profile = try Self.profileName(value)
    case "norc": norc = Self.isTrue(value)
    case "force": force = Self.isTrue(value)
    default:
      guard let setting = Setting.named(name), setting != .parent else {
        throw ConfigurationError(
          .unknownSetting, "there is no setting \"\(name)\"; the settings are \(Self.names)")
      }
      settings[name] = try setting.normalized(value)
    }
  }

  private static func profileName(_ value: Value) throws(ConfigurationError) -> String {
    guard let name = SettingValue.text(of: value), !name.isEmpty else {
      throw ConfigurationError(
        .wrongType, "the name of a profile must be a string that is not empty")
    }
    return name
  }

  private static func isTrue(_ value: Value) -> Bool {
    switch value {
    case .bool(let flag): flag
    case .int(let number): number != 0
    case .string(let text): !text.isEmpty && text != "0"
    default: false
    }
  }

  private static var names: String {
    let settings = Setting.all.filter { $0 != .parent }.map(\.name)
    return (["profile", "norc", "force"] + settings).joined(separator: ", ")
  }
}
