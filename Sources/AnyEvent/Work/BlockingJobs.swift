internal import AEValue
internal import CLibUV
internal import Glibc

/// The jobs of a loop that libuv's pool does, and those that wait because so many are under way.
///
/// It exists from the first job of a loop on.
final class BlockingJobs: LoopResident {
  private unowned(unsafe) let loop: Loop
  private var maker = ChangingProcess()
  private var running: [ObjectIdentifier: BlockingJob] = [:]
  /// Cancelled ones are passed over when it is their turn.
  private var waiting = Queue<BlockingJob>()
  /// How many of ``running`` the limit counts.
  private var limitedCount = 0
  /// How many limited jobs may be under way at once.
  var limit: Int { didSet { startWaiting() } }

  init(on loop: Loop) {
    self.loop = loop
    limit = loop.kind == .foreign ? Self.standardLimit : Self.environmentLimit
  }

  /// Perl's `$AnyEvent::Util::MAX_FORKS`.
  private static let standardLimit = 10

  private static let environmentLimit =
    getenv("PERL_ANYEVENT_MAX_FORKS")
    .flatMap { Int(String(cString: $0)) }.map { max(1, $0) } ?? standardLimit

  /// Starts a job, or has it wait.
  func add(_ job: BlockingJob) {
    if job.isLimited, limitedCount >= limit { waiting.append(job) } else { start(job) }
  }

  private func start(_ job: BlockingJob) {
    running[ObjectIdentifier(job)] = job
    if job.isLimited { limitedCount += 1 }
    job.start()
  }

  func cancel(_ job: BlockingJob) { job.cancel() }

  /// A job of this process has ended.
  func ended(_ job: BlockingJob) {
    guard running.removeValue(forKey: ObjectIdentifier(job)) != nil, job.isLimited else { return }
    limitedCount -= 1
    startWaiting()
  }

  private func startWaiting() {
    while loop.state == .open, limitedCount < limit, let job = waiting.popFirst() {
      if job.isWanted { start(job) }
    }
  }

  func loopCloses() {
    if !maker.isThis { return leaveToParent() }
    let begun = running
    while let job = waiting.popFirst() { job.cancel() }
    // The loop waits for them: libuv cannot free a loop whose work is under way.
    for job in begun.values { job.cancel() }
  }

  func loopForked() { leaveToParent() }

  /// Forgets, in the child of a fork, the jobs that the parent's pool does.
  private func leaveToParent() {
    let (begun, unbegun) = (running, waiting)
    running = [:]
    waiting = Queue()
    limitedCount = 0
    maker = ChangingProcess()
    guard !begun.isEmpty else { return }
    var lost: UInt32 = 0
    for job in begun.values where job.abandon() { lost += 1 }
    if loop.kind != .foreign { aeuv_forget_work(loop.uv, lost) }
    withExtendedLifetime((begun, unbegun)) {}
  }
}

extension Loop {
  /// The jobs of this loop.
  var blockingJobs: BlockingJobs {
    if let known = self[only: BlockingJobs.self] { return known }
    let made = BlockingJobs(on: self)
    self[only: BlockingJobs.self] = made
    return made
  }

  /// How many calls of ``blocking(_:completion:)`` may be under way at once: 10, or at first what
  /// `PERL_ANYEVENT_MAX_FORKS` says; at least 1.
  ///
  /// Others wait in the order in which they came. The pool has four threads unless the environment's
  /// `UV_THREADPOOL_SIZE` says another number, and does the calls of all loops of the process. Corresponds
  /// to Perl's `$AnyEvent::Util::MAX_FORKS`.
  public var blockingLimit: Int {
    get { blockingJobs.limit }
    set {
      preconditionOnLoop()
      blockingJobs.limit = max(1, newValue)
    }
  }

  /// Calls `work` on a thread of libuv's pool, then `completion` with its result on the loop's thread.
  ///
  /// For work that takes long or waits: `work` must use nothing that the loop's thread uses, which the compiler sees
  /// to. `completion` is never called before this returns, is called once, and not at all when the returned guard is
  /// gone or the loop is closed. Work that waits then is dropped; work that was begun ends by itself, and to close
  /// the loop waits for it. Until it has ended, it keeps `uv_run` of a host from returning. Corresponds to Perl's
  /// `AnyEvent::Util::fork_call`.
  public func blocking<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Value,
    completion: @escaping (Result<Value, Failure>) -> Void
  ) -> Guard {
    let job = startBlocking(work, completion)
    return Guard(on: self) {
      guard let job else { return }
      job.loop.preconditionOnLoop("blocking")
      job.loop[only: BlockingJobs.self]?.cancel(job)
    }
  }

  /// Does work as ``blocking(_:completion:)`` does, for a caller that keeps nothing; nil on a closed loop.
  @discardableResult
  func startBlocking<Value: Sendable, Failure: Error>(
    isLimited: Bool = true, _ work: @escaping @Sendable () throws(Failure) -> Value,
    _ completion: @escaping (Result<Value, Failure>) -> Void
  ) -> BlockingJob? {
    preconditionOnLoop()
    guard state == .open else { return nil }
    let outcome = Outcome<Value, Failure>()
    let job = BlockingJob(on: self, isLimited: isLimited) {
      do throws(Failure) {
        outcome.result = .success(try work())
      } catch {
        outcome.result = .failure(error)
      }
    } _: {
      if let result = outcome.result { completion(result) }
    }
    blockingJobs.add(job)
    return job
  }
}

/// Where the pool's thread leaves a result for the loop's; libuv's lock lies between both.
private final class Outcome<Value: Sendable, Failure: Error>: @unchecked Sendable {
  var result: Result<Value, Failure>?
}
