public import Synchronization

/// The levels that are wanted in the context of any package at all.
///
/// The first thing `AE.log` looks at, before it finds out in which context it logs.
final class LogGate: Sendable {
  /// The process's gate, which `AE.log` sees.
  static let shared = LogGate(isPublished: true)

  private let isPublished: Bool
  private let current = Atomic<UInt16>(.max)

  init(isPublished: Bool = false) {
    self.isPublished = isPublished
  }

  var levels: LogLevels {
    get { LogLevels(rawValue: current.load(ordering: .relaxed)) }
    set {
      current.store(newValue.rawValue, ordering: .relaxed)
      if isPublished { openLogLevels.store(newValue.rawValue, ordering: .relaxed) }
    }
  }
}

/// The levels of ``LogGate/shared``; all until the first call has read the environment.
///
/// A global with a constant initial value: reading it is a load, with no check for its first use.
@usableFromInline
let openLogLevels = Atomic<UInt16>(.max)
