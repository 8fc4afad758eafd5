/// The profiles of a configuration file by name, with their types checked.
struct ProfileTable {
  /// The most profiles of a chain that a sentence names: enough to find the rest in the file.
  private static let namesInSentence = 12

  let file: String
  let profiles: TextDictionary<Value>

  init(_ contents: TextDictionary<Value>, file: String) throws(ConfigurationError) {
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
  subscript(name: String) -> TextDictionary<Value>? {
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

  /// The error for a profile that does not exist.
  func unknown(_ name: String) -> ConfigurationError {
    let names = profiles.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    return ConfigurationError(
      .unknownProfile,
      """
      there is no profile "\(name)" in \(file); \
      \(names.isEmpty ? "it has no profiles" : "its profiles are \(names)")
      """, file: file)
  }

  /// A profile and its parents, nearest first; empty if there is no profile of that name.
  ///
  /// - Throws: ``ConfigurationError`` when one of them is its own parent.
  func inheritance(
    of name: String
  ) throws(ConfigurationError) -> (profiles: [(String, TextDictionary<Value>)], warning: String?) {
    var profiles: [(String, TextDictionary<Value>)] = []
    var path = [name]
    // The same names as a set: a chain may be as long as the file has room for, and each name is
    // looked up.
    var seen: TextSet = [name]
    var name = name
    while let settings = try self[name] {
      profiles.append((name, settings))
      guard let parent = settings[Setting.parent.name], parent != .null else { break }
      let child = name
      name = try SettingValue(
        setting: .parent, value: parent, origin: .profile(child, file: file)
      ).text()
      guard seen.insert(name).inserted else { throw circle(path, backTo: name) }
      path.append(name)
      if try self[name] == nil {
        let warning = """
          parent in profile "\(child)" of \(file): there is no profile "\(name)", so nothing is \
          inherited from it
          """
        return (profiles, warning)
      }
    }
    return (profiles, nil)
  }

  private func circle(_ path: [String], backTo name: String) -> ConfigurationError {
    var names = (path + [name]).map { "\"\($0)\"" }
    if names.count > Self.namesInSentence {
      names.replaceSubrange((Self.namesInSentence - 2)..<(names.count - 2), with: ["…"])
    }
    let circle = names.joined(separator: " → ")
    return ConfigurationError(
      .circularParents,
      "the profiles of \(file) are parents in a circle, \(circle); remove one \"parent\" of them",
      file: file)
  }
}
