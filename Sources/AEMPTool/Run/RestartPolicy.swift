internal import AEValue
import Glibc

/// Decides what the supervisor does when the worker has ended.
///
/// A worker that ends on an order ends its supervisor as well, also if the order came from elsewhere: an operator
/// that knows only the worker's process id must not find a new worker in its place. All other ends are crashes, and
/// the worker is started again: soon, then later and later, until one has lived for a while.
struct RestartPolicy {
  enum Decision: Equatable {
    case end(ExitCode)
    case restart(after: Double)
  }

  /// The exit code of a worker that wants to be started again at once.
  static let restartCode: Int32 = 75

  /// Seconds until a worker is started again after its first crash.
  static let firstDelay = 0.1
  /// The longest delay (s); each crash doubles it.
  static let maximumDelay = 30.0
  /// Seconds after which a crash of the worker counts as its first one.
  static let goodRun = 60.0

  private var delay = firstDelay
  private var startedAt = 0.0
  private var hasBeenReady = false

  /// Whether everything is about to end.
  private(set) var isEnding = false

  /// A worker was started; times are seconds of a monotonic clock.
  mutating func started(at now: Double) {
    startedAt = now
  }

  /// The worker is a node that works.
  mutating func becameReady() {
    hasBeenReady = true
  }

  /// The worker was told to end, and so does its supervisor.
  mutating func endWanted() {
    isEnding = true
  }

  /// The worker has ended.
  ///
  /// - Parameters:
  ///   - ending: how it ended.
  ///   - couldNotBegin: whether it has reported that its configuration is not possible. Before any
  ///     worker was ready that ends the supervisor too, so that the user corrects the mistake; later it
  ///     is one more reason to try again.
  ///   - now: the time, on the clock of ``started(at:)``.
  /// - Returns: the decision.
  mutating func ended(_ ending: ProcessEnding, couldNotBegin: Bool, at now: Double) -> Decision {
    if isEnding { return .end(.success) }
    if ending == .exited(Self.restartCode) {
      delay = Self.firstDelay
      return .restart(after: 0)
    }
    if couldNotBegin { return hasBeenReady ? crashed(at: now) : .end(.failure) }
    switch ending {
    case .exited(0), .killed(signal: SIGTERM), .killed(signal: SIGINT): return .end(.success)
    default: return crashed(at: now)
    }
  }

  private mutating func crashed(at now: Double) -> Decision {
    if now - startedAt >= Self.goodRun { delay = Self.firstDelay }
    defer { delay = min(delay * 2, Self.maximumDelay) }
    return .restart(after: delay)
  }
}

/// Measures the time since the last report of the worker, in ticks of a timer of the supervisor.
///
/// It counts ticks and looks at no clock, so that the time in which the supervisor was stopped, or its
/// machine asleep, does not count as the worker's silence: that makes one tick at most.
struct Silence {
  /// Seconds that a worker may be silent before its first report: it may be looking up host names.
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

  /// How often (s) a worker reports, so that it does not count as stuck.
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

  /// Whether the silence is so long that the worker counts as stuck.
  ///
  /// One tick does not count: it may have come directly after the last report.
  var isTooLong: Bool {
    let patience = hasBegun ? limit : max(limit, Self.patienceAtStart)
    return Double(ticks - 1) * unit >= patience
  }
}
