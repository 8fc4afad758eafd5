internal import Glibc

/// The variables that configure logging; `PERL_ANYEVENT_x` beats `AE_x`, even when it is empty.
struct LogEnvironment {
  private let variables: TextDictionary<String>

  init(_ variables: TextDictionary<String>) {
    self.variables = variables
  }

  /// The variables of the process.
  static var ofProcess: LogEnvironment {
    var variables: TextDictionary<String> = [:]
    for name in ["VERBOSE", "LOG"].flatMap({ ["PERL_ANYEVENT_\($0)", "AE_\($0)"] }) {
      if let value = getenv(name) { variables[name] = String(cString: value) }
    }
    return LogEnvironment(variables)
  }

  /// The global level, nil for off; ``LogLevel/error`` if nothing or nothing sensible is said.
  var verbosity: (level: LogLevel?, problems: [String]) {
    guard let (variable, text) = value("VERBOSE") else { return (.error, []) }
    if text == "off" || text == "none" { return (nil, []) }
    if text == "all" { return (.trace, []) }
    if let level = LogLevel(text) { return (level, []) }
    if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      return (text.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : LogLevel.trace, [])
    }
    return (
      .error,
      ["\(variable): '\(text)' is no log level: it takes 0 to 9, or a name such as warn or debug."]
    )
  }

  /// The context specifications, and the name of the variable they came from.
  var specification: (variable: String, text: String)? { value("LOG") }

  private func value(_ name: String) -> (variable: String, text: String)? {
    for variable in ["PERL_ANYEVENT_\(name)", "AE_\(name)"] {
      if let text = variables[variable] { return text.isEmpty ? nil : (variable, text) }
    }
    return nil
  }
}
