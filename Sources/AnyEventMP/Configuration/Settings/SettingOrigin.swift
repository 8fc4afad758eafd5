/// Where the value of a setting comes from, for error messages.
enum SettingOrigin: Hashable, Sendable {
  case builtIn
  case arguments
  case commandLine
  case file(String)
  case profile(String, file: String)

  /// The file to correct, if it is one.
  var file: String? {
    switch self {
    case .builtIn, .arguments, .commandLine: nil
    case .file(let file), .profile(_, let file): file
    }
  }
}

extension SettingOrigin: CustomStringConvertible {
  /// What stands behind the name of the setting in a sentence.
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
