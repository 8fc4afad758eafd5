import AnyEvent

/// One direction between two hosts.
final class Path {
  let from: SimulatedHost
  let to: SimulatedHost
  var conditions: LinkConditions
  /// Whether the path is blocked, so that nothing arrives.
  private(set) var isBlocked = false
  var random: SeededRandom
  private let loop: Loop
  /// The jobs under way; connections keep their bytes themselves.
  private var timers: [UInt64: TimerWatcher] = [:]
  private var serial: UInt64 = 0
  private var parked: [Job] = []
  /// The time (s) at which the line has sent all bytes that were written so far.
  private var freeAt = 0.0

  /// A job at the other end.
  ///
  /// It is a structure because Swift wraps a bare closure each time that it goes through an array.
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

  /// The time (s) that something under way from now on takes.
  func latency() -> Double { random.number(in: conditions.latency) }

  /// The time (s) at which a piece that is written now arrives at last.
  ///
  /// A lost piece is sent again after the time-out of TCP: 0.2 s more than a round trip, several
  /// times, then each time twice as long.
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

  /// The time at which a lost piece is repeated because a later piece arrives at `time`.
  ///
  /// Nil if the repetition is lost as well, or the acknowledgement that causes it.
  func repetition(after time: Double) -> Double? {
    guard !random.chance(conditions.loss), !random.chance(conditions.loss) else { return nil }
    return time + 2 * latency()
  }

  /// The number of linear time-outs on Linux for connections that send little (`TCP_THIN_LINEAR_TIMEOUTS`).
  private static let linearAttempts = 6

  /// Calls `job` at the other end; it waits while the path is blocked.
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

  /// Drops the jobs under way.
  func stop() {
    timers = [:]
    parked = []
  }
}
