/// How long nothing was heard of the worker, in ticks of one of the supervisor's timers.
///
/// Ticks and not a clock, because a supervisor that was stopped, or whose machine was asleep, must not
/// take the time that itself has missed for the worker's silence: that makes one tick at most.
struct Silence {
  /// Seconds that a worker may be silent that has not said anything yet: it may look up host names.
  static let patienceAtStart = 60.0
  private static let ticksInLimit = 4

  /// Seconds of silence after which a worker counts as stuck.
  let limit: Double
  private var ticks = 0
  private var hasBegun = false

  init(limit: Double) {
    self.limit = limit
  }

  /// Seconds from one tick to the next.
  var unit: Double { limit / Double(Self.ticksInLimit) }

  /// How often (s) a worker says something that shall not count as stuck.
  static func interval(forLimit limit: Double) -> Double {
    min(1, limit / Double(ticksInLimit))
  }

  mutating func heard() {
    hasBegun = true
    ticks = 0
  }

  mutating func tick() {
    ticks += 1
  }

  /// Whether it lasts too long.
  ///
  /// The first tick may have followed at once on what was heard last.
  var isTooLong: Bool {
    let patience = hasBegun ? limit : max(limit, Self.patienceAtStart)
    return Double(ticks - 1) * unit >= patience
  }
}
