/// One change of a configuration file, to its top level or to one profile.
package enum ConfigurationEdit: Hashable, Sendable {
  /// Sets a setting.
  case set(Setting, Value)
  /// Removes a setting, so that it is inherited again.
  case remove(Setting)
  /// Appends the elements that the list does not hold yet; services are appended always, because a
  /// service may be listed twice.
  case append(Setting, [Value])
  /// Removes elements from a list; of equal services the last one.
  case subtract(Setting, [Value])
  /// Makes sure that the profile exists.
  case createProfile
  /// Removes the profile.
  case removeProfile

  /// Edits the contents of the file `file`; `profile` is nil for the top level.
  ///
  /// - Throws: ``ConfigurationError`` when `contents` has a value of the wrong type where the
  ///   change belongs; `contents` is then as it was.
  package func apply(
    to contents: inout TextDictionary<Value>, profile: String?, file: String
  ) throws(ConfigurationError) {
    guard let profile else {
      contents = try changed(contents, .file(file)) ?? contents
      return
    }
    let profiles = try ProfileTable(contents, file: file)
    let old = try profiles[profile]
    if self == .removeProfile, old == nil { throw profiles.unknown(profile) }
    let new = try changed(old ?? [:], .profile(profile, file: file))
    var all = contents
    all["profile"] = profiles.replacing(profile, with: new)
    if case .set(.parent, _) = self {
      _ = try ProfileTable(all, file: file).inheritance(of: profile)
    }
    contents = all
  }

  /// The settings of a profile itself, without inherited ones.
  ///
  /// - Throws: ``ConfigurationError`` when there is no such profile.
  package static func profile(
    _ name: String, in contents: TextDictionary<Value>, file: String
  ) throws(ConfigurationError) -> TextDictionary<Value> {
    let profiles = try ProfileTable(contents, file: file)
    guard let settings = try profiles[name] else { throw profiles.unknown(name) }
    return settings
  }

  /// The settings after the change; nil when the profile is removed.
  private func changed(
    _ settings: TextDictionary<Value>, _ origin: SettingOrigin
  ) throws(ConfigurationError) -> TextDictionary<Value>? {
    var settings = settings
    switch self {
    case .set(let setting, let value): settings[setting.name] = value
    case .remove(let setting): settings[setting.name] = nil
    case .append(let setting, let elements):
      let old = try Self.list(setting, settings, origin)
      let allowsRepeats = setting.kind == .services
      settings[setting.name] = .array(old + elements.filter { allowsRepeats || !old.contains($0) })
    case .subtract(let setting, let elements):
      guard settings[setting.name] != nil else { break }
      var list = try Self.list(setting, settings, origin)
      if setting.kind == .services {
        for element in elements { list.lastIndex(of: element).map { _ = list.remove(at: $0) } }
      } else {
        list.removeAll { elements.contains($0) }
      }
      settings[setting.name] = .array(list)
    case .createProfile: break
    case .removeProfile: return nil
    }
    return settings
  }

  private static func list(
    _ setting: Setting, _ settings: TextDictionary<Value>, _ origin: SettingOrigin
  ) throws(ConfigurationError) -> [Value] {
    guard let value = settings[setting.name], value != .null else { return [] }
    guard case .array(let elements) = value else {
      // This throws the same sentence as a node that starts with this file.
      return try SettingValue(setting: setting, value: value, origin: origin).list().map(
        Value.string)
    }
    return elements
  }
}

extension ProfileTable {
  /// All profiles after one of them is replaced or (nil) removed, as the file holds them.
  fileprivate func replacing(_ name: String, with settings: TextDictionary<Value>?) -> Value {
    var profiles = profiles
    profiles[name] = settings.map(Value.hash)
    return .hash(profiles)
  }
}
