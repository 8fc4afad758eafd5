internal import Glibc

/// What a configuration depends on besides itself: file, host name and randomness.
///
/// Passed in, so that resolving a configuration is a function of its arguments.
package struct ConfigurationContext: Sendable {
  /// The configuration file.
  package var file: ConfigurationFile
  /// The name of this host, as `uname -n` prints it: the default profile, and `%n` in node ids.
  package var hostName: String
  /// The random name of this process, `%u` in node ids.
  package var runiq: String

  /// A context of these parts; `environment` are the variables that name the configuration file, and
  /// `HOME`.
  package init(environment: [String: String], hostName: String, runiq: String) {
    self.init(
      file: ConfigurationFile(environment: environment), hostName: hostName, runiq: runiq)
  }

  /// A context of these parts.
  package init(file: ConfigurationFile, hostName: String, runiq: String) {
    self.file = file
    self.hostName = hostName
    self.runiq = runiq
  }

  /// The context of this process, with a new random name.
  package static func ofProcess() -> ConfigurationContext {
    var generator = SystemRandomNumberGenerator()
    return ConfigurationContext(
      file: .ofProcess(), hostName: processHostName(),
      runiq: UniqueName.runiq(using: &generator))
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
