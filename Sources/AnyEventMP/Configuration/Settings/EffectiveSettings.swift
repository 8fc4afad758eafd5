/// What a node would be configured with, for showing it.
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

  /// The same settings with everything that must not be seen replaced by asterisks.
  package static func masked(_ settings: TextDictionary<Value>) -> TextDictionary<Value> {
    var masked = settings
    for setting in Setting.all where setting.isSecret {
      if (masked[setting.name] ?? .null) != .null { masked[setting.name] = "********" }
    }
    return masked
  }
}
