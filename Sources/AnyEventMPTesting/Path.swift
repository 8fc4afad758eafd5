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
