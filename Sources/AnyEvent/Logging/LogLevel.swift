/// The priority of a log message, from 1 (``fatal``, the highest) to 9 (``trace``, the lowest).
///
/// The order is that of the numbers: `LogLevel.error < .debug`. As in Perl, "a higher priority" is
/// a smaller number. Corresponds to the logging levels of Perl's AnyEvent::Log, with its aliases.
public enum LogLevel: UInt8, Sendable, CaseIterable {
  /// The system is unusable. Unlike Perl's, logging at this level doesn't end the program.
  case fatal = 1
  /// A failure in the primary system.
  case alert = 2
  /// A failure in a backup system.
  case critical = 3
  /// A non-urgent program error, a bug. The lowest priority shown by default.
  case error = 4
  /// A possible problem, not necessarily an error.
  case warn = 5
  /// An unusual condition.
  case note = 6
  /// A normal message, no action required.
  case info = 7
  /// A debugging message for development.
  case debug = 8
  /// Copious tracing output.
  case trace = 9
}

extension LogLevel {
  /// Perl's short name of ``critical``.
  @inlinable public static var crit: LogLevel { .critical }
  /// The syslog name of ``fatal``.
  @inlinable public static var emerg: LogLevel { .fatal }
  /// The syslog name of ``error``.
  @inlinable public static var err: LogLevel { .error }
  /// The syslog name of ``warn``.
  @inlinable public static var warning: LogLevel { .warn }
  /// The syslog name of ``note``.
  @inlinable public static var notice: LogLevel { .note }
}

extension LogLevel: Comparable {
  /// True if the left level's number is smaller, its priority higher.
  @inlinable
  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.mask < right.mask
  }

  /// The level's bit, 1 shifted left by its number.
  ///
  /// A switch and not a shift of `rawValue`: it is inlined into other modules, where a call with
  /// a constant level then holds the bit as a constant.
  @inlinable
  package var mask: UInt16 {
    switch self {
    case .fatal: 1 << 1
    case .alert: 1 << 2
    case .critical: 1 << 3
    case .error: 1 << 4
    case .warn: 1 << 5
    case .note: 1 << 6
    case .info: 1 << 7
    case .debug: 1 << 8
    case .trace: 1 << 9
    }
  }
}

extension LogLevel: LosslessStringConvertible {
  /// Reads a level's name, one of its aliases (`crit`, `die`, `notice`, …) or its digit.
  ///
  /// - Parameter description: the name in lower case, or `"1"` to `"9"`; anything else gives nil.
  public init?(_ description: String) {
    switch description {
    case "fatal", "emerg", "exit", "1": self = .fatal
    case "alert", "2": self = .alert
    case "critical", "crit", "3": self = .critical
    case "error", "err", "die", "4": self = .error
    case "warn", "warning", "5": self = .warn
    case "note", "notice", "6": self = .note
    case "info", "7": self = .info
    case "debug", "8": self = .debug
    case "trace", "9": self = .trace
    default: return nil
    }
  }

  /// The name as it stands in log lines, not padded: `crit` for ``critical``.
  public var description: String {
    switch self {
    case .fatal: "fatal"
    case .alert: "alert"
    case .critical: "crit"
    case .error: "error"
    case .warn: "warn"
    case .note: "note"
    case .info: "info"
    case .debug: "debug"
    case .trace: "trace"
    }
  }
}

/// A set of log levels, such as those that a ``LogContext`` lets pass.
///
/// Corresponds to the log level mask of Perl's AnyEvent::Log contexts.
public struct LogLevels: OptionSet, Sendable, Hashable {
  /// One bit a level: bit 1 for fatal to bit 9 for trace.
  public var rawValue: UInt16

  /// Takes the bits as they are.
  @inlinable
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// The set that holds one level.
  @inlinable
  public init(_ level: LogLevel) {
    rawValue = level.mask
  }

  /// All levels of some sets.
  init(anyOf sets: some Sequence<LogLevels>) {
    rawValue = sets.reduce(0) { $0 | $1.rawValue }
  }

  /// The level and all of a higher priority; none for nil.
  @inlinable
  public init(upTo level: LogLevel?) {
    rawValue = level.map { (($0.mask - 1) | $0.mask) & ~1 } ?? 0
  }

  /// True if the level is in the set.
  @inlinable
  public func contains(_ level: LogLevel) -> Bool {
    rawValue & level.mask != 0
  }

  /// All nine levels.
  public static let all = LogLevels(upTo: .trace)
  /// The set of ``LogLevel/fatal``.
  public static let fatal = LogLevels(LogLevel.fatal)
  /// The set of ``LogLevel/alert``.
  public static let alert = LogLevels(LogLevel.alert)
  /// The set of ``LogLevel/critical``.
  public static let critical = LogLevels(LogLevel.critical)
  /// The set of ``LogLevel/error``.
  public static let error = LogLevels(LogLevel.error)
  /// The set of ``LogLevel/warn``.
  public static let warn = LogLevels(LogLevel.warn)
  /// The set of ``LogLevel/note``.
  public static let note = LogLevels(LogLevel.note)
  /// The set of ``LogLevel/info``.
  public static let info = LogLevels(LogLevel.info)
  /// The set of ``LogLevel/debug``.
  public static let debug = LogLevels(LogLevel.debug)
  /// The set of ``LogLevel/trace``.
  public static let trace = LogLevels(LogLevel.trace)
}
