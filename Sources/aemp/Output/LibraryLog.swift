import AnyEvent
import Glibc

/// What the libraries log to standard error, beside what the tool itself says there.
enum LibraryLog {
  /// Leaves out what is less urgent than this, unless the environment says what to log.
  static func limit(to level: LogLevel) {
    let isWanted = ["AE_VERBOSE", "PERL_ANYEVENT_VERBOSE", "AE_LOG", "PERL_ANYEVENT_LOG"].contains {
      getenv($0 as String) != nil
    }
    if !isWanted { LogSystem.shared.FILTER.level(level) }
  }
}
