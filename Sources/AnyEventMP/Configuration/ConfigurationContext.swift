internal import AEMPWire
internal import Glibc

/// Everything outside the arguments that a configuration depends on: file, host name and random
/// name.
///
/// It is passed in, so that a configuration is a function of its arguments.
package struct ConfigurationContext: Sendable {
  /// The configuration file.
  package var file: ConfigurationFile
  /// The name of this host, as `uname -n` prints it: the default profile, and `%n` in node ids.
  package var hostName: String
  /// The random name of this process, `%u` in node ids.
  package var runiq: String

  /// A context of the file that `environment` names, by its variables for the file or by `HOME`.
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
    var generator = BufferedRandom()
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

/// Names that no other process makes, of the characters `[0-9A-Za-z]`.
package enum UniqueName {
  private static let alphabet = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars)

  /// RUNIQ: ten random characters, the last one a digit or an upper-case letter.
  ///
  /// A counter of lower-case letters may follow it without a separator. Corresponds to Perl's
  /// `$RUNIQ`.
  package static func runiq(using generator: inout some RandomNumberGenerator) -> String {
    text(count: 9, using: &generator) + text(count: 1, using: &generator).uppercased()
  }

  /// UNIQ: nine characters, of which two are from the process id, three from the time, four random.
  ///
  /// - Parameters:
  ///   - processID: the id of this process.
  ///   - time: seconds since 1970.
  ///   - generator: where the random characters come from.
  /// - Returns: the name.
  package static func uniq(
    processID: Int, time: Double, using generator: inout some RandomNumberGenerator
  ) -> String {
    // The bound keeps the ticks since 1970 within 64 bits, whatever time the machine's clock shows.
    let ticks = UInt64(min(max(time, 0), 1e12) * 10_000)
    let processID = processID.magnitude
    let digits = [
      Int(processID / 62 % 62), Int(processID % 62),
      Int(ticks / 10_000 % 62), Int(ticks / 100 % 62), Int(ticks % 62),
    ]
    var name = String.UnicodeScalarView()
    for digit in digits { name.append(alphabet[digit]) }
    return String(name) + text(count: 4, using: &generator)
  }

  /// A secret as `aemp gensecret` makes it: 180 characters.
  package static func secret(using generator: inout some RandomNumberGenerator) -> String {
    text(count: 180, using: &generator)
  }

  /// Random characters, each one of 62 with the same probability.
  static func text(count: Int, using generator: inout some RandomNumberGenerator) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<count {
      text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
    }
    return String(text)
  }
}
