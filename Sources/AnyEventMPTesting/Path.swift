import AnyEvent

/// One direction between two hosts.
final class Path {
  let from: SimulatedHost
  let to: SimulatedHost
  var conditions: LinkConditions
  /// Whether nothing arrives at present.
  private(set) var isBlocked = false
  var random: SeededRandom
  private let loop: Loop
  /// What waits for its arrival, besides the bytes of connections.
  private var timers: [UInt64: TimerWatcher] = [:]
  private var serial: UInt64 = 0
  private var parked: [Job] = []
  /// When (s) the line has taken all that was written so far.
  private var freeAt = 0.0

  /// What is to be called at the other end.
  ///
  /// In a structure, since a closure that goes through arrays gets a wrapper of Swift's each time.
  private struct Job {
    let run: () -> Void
  }

  init(
    from: SimulatedHost, to: SimulatedHost, conditions: LinkConditions, random: SeededRandom,
    loop: Loop
  ) {
    self.from = from
    self.to = to
    self.conditions = conditions
    self.random = random
    self.loop = loop
  }

  /// How long (s) something that leaves now is under way.
  func latency() -> Double { random.number(in: conditions.latency) }

  /// When (s) something that is written now has arrived in the end.
  ///
  /// What is lost is sent again after the time-out of TCP: 0.2 s more than a round trip, several times,
  /// then each time twice as long.
  func arrival(of count: Int) -> Double {
    var time = loop.monotonicNow
    if let bandwidth = conditions.bandwidth {
      freeAt = max(freeAt, time) + Double(count) / Double(bandwidth)
      time = freeAt
    }
    var patience = 0.2 + 2 * conditions.latency.upperBound
    var attempts = 0
    while conditions.loss > 0, random.chance(conditions.loss) {
      attempts += 1
      time += patience
      if attempts > Self.linearAttempts { patience *= 2 }
    }
    return time + latency()
  }

  /// When a piece is sent again that was lost, as one behind it arrives at that time; nil: not at all,
  /// as that is lost, too, or the word of it.
  func repetition(after time: Double) -> Double? {
    guard !random.chance(conditions.loss), !random.chance(conditions.loss) else { return nil }
    return time + 2 * latency()
  }

  /// As Linux has it for connections that say little (`TCP_THIN_LINEAR_TIMEOUTS`).
  private static let linearAttempts = 6

  /// Calls `job` at the other end; while the path is blocked it waits.
  func send(_ job: @escaping () -> Void) { send(Job(run: job)) }

  private func send(_ job: Job) {
    serial += 1
    let serial = serial
    timers[serial] = loop.timer(after: latency()) { [unowned self] in
      timers[serial] = nil
      if isBlocked { parked.append(job) } else { job.run() }
    }
  }

  func block() {
    isBlocked = true
  }

  func unblock() {
    guard isBlocked else { return }
    isBlocked = false
    let waiting = parked
    parked = []
    for job in waiting { send(job) }
  }

  /// Forgets all that is under way.
  func stop() {
    timers = [:]
    parked = []
  }
}
