/// The profiles of a configuration file by name, with their types checked.
struct ProfileTable {
  let file: String
  private let profiles: [String: Value]

  init(_ contents: [String: Value], file: String) throws(ConfigurationError) {
    self.file = file
    switch contents["profile"] ?? .null {
    case .null: profiles = [:]
    case .hash(let profiles): self.profiles = profiles
    case let other:
      throw ConfigurationError(
        .wrongType,
        """
        profile in \(file) is \(SettingValue.kind(of: other)) but must be an object of profiles; \
        write for example "profile": {"seed": {"binds": ["*:4040"]}}
        """, file: file)
    }
  }

  /// The settings of a profile; nil when there is none of that name.
  subscript(name: String) -> [String: Value]? {
    get throws(ConfigurationError) {
      switch profiles[name] {
      case nil, .null?: return nil
      case .hash(let settings)?: return settings
      case let other?:
        throw ConfigurationError(
          .wrongType,
          """
          profile "\(name)" in \(file) is \(SettingValue.kind(of: other)) but must be an object; \
          write for example "profile": {"\(name)": {"binds": ["*:4040"]}}
          """, file: file)
      }
    }
  }

  /// The profile that a profile inherits from, if any.
  func parent(of name: String, _ settings: [String: Value]) throws(ConfigurationError) -> String? {
    guard let parent = settings[Setting.parent.rawValue], parent != .null else { return nil }
    return try SettingValue(
      setting: .parent, value: parent, origin: .profile(name, file: file)
    ).text()
  }
}
