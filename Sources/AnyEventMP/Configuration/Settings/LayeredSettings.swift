/// The settings of all sources on top of each other; the later source wins.
///
/// The order, from weak to strong: the arguments of `configure`, the file's top level, the
/// profile's parents (the nearest last), the profile. With `force` the arguments are the strongest.
/// A `null` resets the setting to its built-in default, as Perl's undef does.
struct LayeredSettings: Sendable {
  /// The name of the profile that is used; a node without an id is named after it.
  private(set) var profile: String
  /// Warnings about settings that have no effect.
  private(set) var warnings: [String] = []
  /// The names in the file that are no settings; their warnings are among ``warnings``.
  private(set) var unknown = UnknownSettings()
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
      addFromFile(contents, .file(file))
      for (name, settings) in inheritance.profiles.reversed() {
        addFromFile(settings, .profile(name, file: file))
      }
      warnings += unknown.warnings.map(\.sentence)
    }
    if arguments.force { add(arguments.settings, .arguments) }
  }

  /// The value of a setting; its built-in default when no source sets it.
  subscript(setting: Setting) -> SettingValue {
    values[setting] ?? SettingValue(setting: setting, value: setting.standard, origin: .builtIn)
  }

  /// Whether a source sets the setting.
  func isSet(_ setting: Setting) -> Bool { values[setting] != nil }

  private mutating func addFromFile(_ settings: TextDictionary<Value>, _ origin: SettingOrigin) {
    add(settings, origin)
    unknown.look(at: settings, origin)
  }

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

/// New settings while a node runs.
extension LayeredSettings {
  /// The settings whose value means something else than in `old`.
  func changed(from old: LayeredSettings) -> [Setting] {
    Setting.all.filter { $0 != .parent && meaning(of: $0) != old.meaning(of: $0) }
  }

  /// The value as it would be stored, however it is written.
  private func meaning(of setting: Setting) -> Value {
    let value = self[setting].value
    return (try? setting.normalized(value)) ?? value
  }

  /// These settings, but those of `old` where a running node keeps the value that it began with.
  func keeping(_ old: LayeredSettings) -> LayeredSettings {
    var settings = self
    settings.profile = old.profile
    for setting in Setting.all where setting.reload.isKept {
      settings.values[setting] = old.values[setting]
    }
    return settings
  }

  /// The file that gave a value; nil when none did.
  var file: String? {
    for value in values.values { if let file = value.origin.file { return file } }
    return nil
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

  /// Warnings about settings that this implementation ignores.
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

/// The settings that a node would have, for showing them.
package enum EffectiveSettings {
  /// The settings of a node that is started with these arguments, built-in defaults included.
  ///
  /// - Throws: ``ConfigurationError`` for profiles that make no sense; values are not looked at.
  package static func of(
    _ arguments: ConfigurationArguments, contents: TextDictionary<Value>, file: String,
    hostName: String
  ) throws(ConfigurationError) -> TextDictionary<Value> {
    let settings = try LayeredSettings(
      arguments, contents: contents, file: file, hostName: hostName)
    var effective = settings.effective
    if !settings.isSet(.nodeID) {
      effective[Setting.nodeID.name] = .string(settings.profile + "/")
    }
    return effective
  }

  /// The settings that all profiles of a file inherit, built-in defaults included.
  ///
  /// - Throws: ``ConfigurationError`` for profiles that make no sense; values are not looked at.
  package static func ofAllProfiles(
    contents: TextDictionary<Value>, file: String
  ) throws(ConfigurationError) -> TextDictionary<Value> {
    var contents = contents
    contents["profile"] = nil
    return try LayeredSettings(
      ConfigurationArguments(), contents: contents, file: file, hostName: ""
    ).effective
  }

  /// The same settings with secrets replaced by asterisks.
  package static func masked(_ settings: TextDictionary<Value>) -> TextDictionary<Value> {
    var masked = settings
    for setting in Setting.all where setting.isSecret {
      if (masked[setting.name] ?? .null) != .null { masked[setting.name] = "********" }
    }
    return masked
  }
}

/// Where the value of a setting comes from, for error messages.
enum SettingOrigin: Hashable, Sendable {
  case builtIn
  case arguments
  case commandLine
  case file(String)
  case profile(String, file: String)

  /// The file to correct; nil when the value does not come from a file.
  var file: String? {
    switch self {
    case .builtIn, .arguments, .commandLine: nil
    case .file(let file), .profile(_, let file): file
    }
  }
}

extension SettingOrigin: CustomStringConvertible {
  /// The origin as it follows the setting's name in a sentence.
  var description: String {
    switch self {
    case .builtIn: "in the built-in defaults"
    case .arguments: "in the arguments of configure"
    case .commandLine: "on the command line"
    case .file(let file): "in \(file)"
    case .profile(let name, let file): "in profile \"\(name)\" of \(file)"
    }
  }
}
