/// The settings of all sources on top of each other; the later source wins.
///
/// The order, from weak to strong: `configure`'s arguments, the file's top level, the profile's
/// parents (the nearest last), the profile. With `force` the arguments are the strongest. A `null` takes
/// the setting back to its built-in default, as Perl's undef does.
struct LayeredSettings: Sendable {
  /// The name of the profile that is used.
  let profile: String
  /// Sentences about what was configured but is not followed.
  private(set) var warnings: [String] = []
  private var values: [Setting: SettingValue] = [:]

  init(
    _ arguments: ConfigurationArguments, contents: TextDictionary<Value>, file: String,
    hostName: String
  ) throws(ConfigurationError) {
    profile = arguments.profile ?? hostName
    if !arguments.force { add(arguments.settings, .arguments) }
    if !arguments.norc {
      let profiles = try ProfileTable(contents, file: file)
      let inheritance = try profiles.inheritance(of: profile)
      if let warning = inheritance.warning { warnings.append(warning) }
      add(contents, .file(file))
      for (name, settings) in inheritance.profiles.reversed() {
        add(settings, .profile(name, file: file))
      }
    }
    if arguments.force { add(arguments.settings, .arguments) }
  }

  /// The value of a setting, its built-in default when nobody says anything.
  subscript(setting: Setting) -> SettingValue {
    values[setting] ?? SettingValue(setting: setting, value: setting.standard, origin: .builtIn)
  }

  /// Whether somebody set the setting.
  func isSet(_ setting: Setting) -> Bool { values[setting] != nil }

  private mutating func add(_ settings: TextDictionary<Value>, _ origin: SettingOrigin) {
    for setting in Setting.all where setting != .parent {
      switch settings[setting.name] {
      case nil: break
      case .null?: values[setting] = nil
      case let value?:
        values[setting] = SettingValue(setting: setting, value: value, origin: origin)
      }
    }
  }
}

extension LayeredSettings {
  /// All settings under their names in the file, built-in defaults included.
  var effective: TextDictionary<Value> {
    var settings: TextDictionary<Value> = [:]
    for setting in Setting.all where self[setting].value != .null {
      settings[setting.name] = self[setting].value
    }
    return settings
  }

  /// Sentences about settings that are set and that nobody follows here.
  var ignored: [String] {
    get throws(ConfigurationError) {
      var sentences: [String] = []
      for setting in Setting.all where isSet(setting) {
        guard let reason = setting.type.ignored else { continue }
        if setting.kind == .flag, try !self[setting].flag() { continue }
        sentences.append("\(setting.name) \(self[setting].origin) is ignored: \(reason)")
      }
      return sentences
    }
  }
}
