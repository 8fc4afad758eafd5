internal import AEValue
internal import Glibc

/// The surroundings of logging: a clock, a time zone, standard error and syslog.
public struct LogHost: Sendable {
  /// The time in seconds since 1970.
  public var time: @Sendable () -> Double
  /// How many seconds local time is ahead of UTC at a time in seconds since 1970.
  public var offsetFromUTC: @Sendable (Int) -> Int
  /// Takes the lines of one message, for standard error.
  public var standardError: @Sendable (String) -> Void
  /// Takes a priority (facility and severity as in `syslog(3)`) and one line of text.
  public var syslog: @Sendable (CInt, String) -> Void

  /// The process's clock and time zone, file descriptor 2 and the system's log daemon.
  public static let process = LogHost(
    time: { SystemCalls.wallClock },
    offsetFromUTC: LogFormat.localOffset,
    standardError: { lines in _ = SystemCalls.writeAll(lines, to: STDERR_FILENO, patience: patience)
    },
    syslog: { priority, text in Syslog.send(priority: priority, text) })

  /// How long (ms) a message waits for the reader of a full non-blocking pipe before its rest is dropped.
  static let patience: CInt = 100

  /// A host of the given parts.
  public init(
    time: @escaping @Sendable () -> Double,
    offsetFromUTC: @escaping @Sendable (Int) -> Int,
    standardError: @escaping @Sendable (String) -> Void,
    syslog: @escaping @Sendable (CInt, String) -> Void
  ) {
    self.time = time
    self.offsetFromUTC = offsetFromUTC
    self.standardError = standardError
    self.syslog = syslog
  }

  /// Reports a mistake in the configuration of logging on standard error.
  func complain(_ sentence: String) {
    standardError(LegibleText.text(sentence, .perl) + "\n")
  }
}

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

  /// The global level, nil for off; ``LogLevel/error`` without a valid value.
  var verbosity: (level: LogLevel?, problems: [String]) {
    guard let (variable, text) = value("VERBOSE") else { return (.error, []) }
    if text == "off" || text == "none" { return (nil, []) }
    if text == "all" { return (.trace, []) }
    if let level = LogLevel(text) { return (level, []) }
    if text.utf8.allSatisfy(\.isDigit) {
      return (text.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : LogLevel.trace, [])
    }
    return (
      .error,
      ["\(variable): '\(text)' is no log level: it takes 0 to 9, or a name such as warn or debug."]
    )
  }

  /// The context specifications, and the name of their variable.
  var specification: (variable: String, text: String)? { value("LOG") }

  private func value(_ name: String) -> (variable: String, text: String)? {
    for variable in ["PERL_ANYEVENT_\(name)", "AE_\(name)"] {
      if let text = variables[variable] { return text.isEmpty ? nil : (variable, text) }
    }
    return nil
  }
}
