public import Synchronization

/// The levels that are wanted by any context at all.
///
/// The first thing `AE.log` looks at, before it finds out in which context it logs.
@usableFromInline
final class LogGate: Sendable {
  /// The process's gate; open until the environment has been read by the first call that passes.
  static let shared = LogGate(publishes: true)

  private let publishes: Bool

  init(publishes: Bool = false) {
    self.publishes = publishes
  }

  func open(for levels: LogLevels) {
    if publishes { openLogLevels.store(levels.rawValue, ordering: .relaxed) }
  }
}

/// A global with a constant initial value: reading it is a load, with no check for its first use.
@usableFromInline
let openLogLevels = Atomic<UInt16>(.max)
