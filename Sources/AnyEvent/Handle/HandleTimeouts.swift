/// The three clocks of a handle: what was read, what was written, either.
///
/// In seconds of the loop's monotonic clock: setting the wall clock is no silence.
struct HandleTimeouts {
  /// What a clock watches.
  enum Kind: Int, CaseIterable {
    case either, read, write
  }

  private var last = [0.0, 0.0, 0.0]
  private var timers: [TimerWatcher?] = [nil, nil, nil]

  subscript(kind: Kind) -> Double {
    get { last[kind.rawValue] }
    set { last[kind.rawValue] = newValue }
  }

  mutating func read(at now: Double) {
    self[.either] = now
    self[.read] = now
  }

  mutating func wrote(at now: Double) {
    self[.either] = now
    self[.write] = now
  }

  mutating func setTimer(_ kind: Kind, _ timer: TimerWatcher?) { timers[kind.rawValue] = timer }

  func isRunning(_ kind: Kind) -> Bool { timers[kind.rawValue] != nil }

  mutating func stop() { timers = [nil, nil, nil] }
}
