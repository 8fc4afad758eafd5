internal import Glibc

/// What a configuration depends on besides itself: environment, host name and randomness.
///
/// Passed in, so that resolving a configuration is a function of its arguments.
package struct ConfigurationContext: Sendable {
  /// The environment variables that name the configuration file, and `HOME`.
  package var environment: [String: String]
  /// The name of this host, as `uname -n` prints it: the default profile, and `%n` in node ids.
  package var hostName: String
  /// The random name of this process, `%u` in node ids.
  package var runiq: String

  /// A context of these parts.
  package init(environment: [String: String], hostName: String, runiq: String) {
    self.environment = environment
    self.hostName = hostName
    self.runiq = runiq
  }

  /// The context of this process, with a new random name.
  package static func ofProcess() -> ConfigurationContext {
    var generator = SystemRandomNumberGenerator()
    return ConfigurationContext(
      environment: processEnvironment(), hostName: processHostName(),
      runiq: UniqueName.runiq(using: &generator))
  }

  /// The variables that say where the configuration file is.
  package static func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    for name in ["PERL_ANYEVENT_MP_RC", "AE_MP_RC", "HOME"] {
      if let value = getenv(name) { variables[name] = String(cString: value) }
    }
    return variables
  }

  /// The name of this host; `localhost` when it has none.
  package static func processHostName() -> String {
    var system = utsname()
    guard uname(&system) == 0 else { return "localhost" }
    let name = withUnsafeBytes(of: &system.nodename) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return name.isEmpty ? "localhost" : name
  }
}
