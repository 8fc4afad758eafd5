/// A set of log levels: what a ``LogContext`` lets pass.
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
