import Glibc

/// Decides what is to be done when the worker has ended.
///
/// A worker that ends because it was told to ends its supervisor as well, whoever told it: the
/// operator who has found only the worker's process id must not find a new one in its place. All
/// other ends are crashes, and the worker is started again: soon, then later and later, until one has
/// lived for a while.
struct RestartPolicy {
  /// What to do.
  enum Decision: Equatable {
    case end(ExitCode)
    case restart(after: Double)
  }

  /// The exit code of a worker that wants to be started again at once.
  static let restartCode: Int32 = 75

  /// Seconds until a worker is started again that has crashed for the first time.
  static let firstDelay = 0.1
  /// Seconds that the delay, doubled with each crash, comes to at most.
  static let maximumDelay = 30.0
  /// Seconds that a worker has to live for its crash to count as the first one.
  static let goodRun = 60.0

  private enum Wish { case none, restart, end }

  private var wish = Wish.none
  private var delay = firstDelay
  private var startedAt = 0.0
  private var hasBeenReady = false

  /// Whether everything is about to end.
  var isEnding: Bool { wish == .end }

  /// A worker was started; times are seconds of any clock that nobody sets.
  mutating func started(at now: Double) {
    startedAt = now
  }

  /// The worker is a node that works.
  mutating func becameReady() {
    hasBeenReady = true
  }

  /// The worker was told to end, and another one shall take its place.
  mutating func restartWanted() {
    if wish == .none { wish = .restart }
  }

  /// The worker was told to end, and so does its supervisor.
  mutating func endWanted() {
    wish = .end
  }

  /// The worker has ended.
  ///
  /// - Parameters:
  ///   - ending: how.
  ///   - couldNotBegin: whether it has said that it cannot be what it is configured to be. The first
  ///     one that says so is the last, as whoever has just made that mistake is there to correct it;
  ///     later it is one more reason to try again.
  ///   - now: the time, on the clock of ``started(at:)``.
  /// - Returns: what to do.
  mutating func ended(_ ending: ProcessEnding, couldNotBegin: Bool, at now: Double) -> Decision {
    if wish == .end { return .end(.success) }
    if wish == .restart || ending == .exited(Self.restartCode) {
      wish = .none
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
