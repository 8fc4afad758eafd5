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
    _ arguments: ConfigurationArguments, contents: [String: Value], file: String,
    hostName: String
  ) throws(ConfigurationError) {
    profile = arguments.profile ?? hostName
    if !arguments.force { add(arguments.settings, .arguments) }
    if !arguments.norc {
      add(contents, .file(file))
      for (name, settings) in try chain(ProfileTable(contents, file: file)).reversed() {
        add(settings, .profile(name, file: file))
      }
    }
    if arguments.force { add(arguments.settings, .arguments) }
  }

  /// The value of a setting; nil when it has its built-in default.
  subscript(setting: Setting) -> SettingValue? { values[setting] }

  /// All that is not a built-in default, under the names of the file.
  var effective: [String: Value] {
    var settings: [String: Value] = [:]
    for (setting, value) in values { settings[setting.rawValue] = value.value }
    return settings
  }

  private mutating func add(_ settings: [String: Value], _ origin: SettingOrigin) {
    for setting in Setting.allCases where setting != .parent {
      switch settings[setting.rawValue] {
      case nil: break
      case .null?: values[setting] = nil
      case let value?:
        values[setting] = SettingValue(setting: setting, value: value, origin: origin)
      }
    }
  }

  /// The profile and its parents, nearest first.
  private mutating func chain(
    _ profiles: ProfileTable
  ) throws(ConfigurationError) -> [(String, [String: Value])] {
    var chain: [(String, [String: Value])] = []
    var path = [profile]
    var name = profile
    while let settings = try profiles[name] {
      chain.append((name, settings))
      guard let parent = try profiles.parent(of: name, settings) else { break }
      let isCircular = path.contains(parent)
      path.append(parent)
      if isCircular {
        let cycle = path.map { "\"\($0)\"" }.joined(separator: " → ")
        throw ConfigurationError(
          .circularParents,
          """
          the profiles of \(profiles.file) are parents of each other in a circle: \(cycle); \
          remove one "parent" of them
          """, file: profiles.file)
      }
      if try profiles[parent] == nil {
        warnings.append(
          """
          parent in profile "\(name)" of \(profiles.file): there is no profile "\(parent)", so \
          nothing is inherited from it
          """)
      }
      name = parent
    }
    return chain
  }
}
