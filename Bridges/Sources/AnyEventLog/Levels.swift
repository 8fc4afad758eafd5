public import AnyEvent
public import Logging

extension LogLevel {
  /// The level of a context for one of swift-log; each has its own.
  public init(_ level: Logger.Level) {
    switch level {
    case .trace: self = .trace
    case .debug: self = .debug
    case .info: self = .info
    case .notice: self = .note
    case .warning: self = .warn
    case .error: self = .error
    case .critical: self = .critical
    }
  }
}

extension Logger.Level {
  /// The level of swift-log for one of a context; fatal and alert become critical, the most severe there is.
  public init(_ level: LogLevel) {
    switch level {
    case .trace: self = .trace
    case .debug: self = .debug
    case .info: self = .info
    case .note: self = .notice
    case .warn: self = .warning
    case .error: self = .error
    case .critical, .alert, .fatal: self = .critical
    }
  }
}
