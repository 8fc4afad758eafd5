/// Runs tasks on a loop's thread, and on those of Swift's pool what is left of them when the loop is closed.
///
/// So every task comes to its end. For tasks that only prefer the loop, and ask where they are before they use it.
package final class LoopOrPoolExecutor: TaskExecutor, @unchecked Sendable {
  // Sendable: the jobs are used on the loop's thread only.
  private let loop: Loop
  @exclusivity(unchecked) private var jobs: [Arrival] = []
  @exclusivity(unchecked) private var spareJobs: [Arrival] = []
  @exclusivity(unchecked) private var isScheduled = false

  /// The most rounds of jobs, of which each has made the next, before others on the loop have their turn.
  private static let patience = 64

  package init(_ loop: Loop) { self.loop = loop }

  package func enqueue(_ job: consuming ExecutorJob) {
    let arrival = Arrival(UnownedJob(job), on: self)
    if loop.isHome {
      add(arrival)
    } else {
      loop.post { [self] in add(arrival) }
    }
  }

  private func add(_ arrival: Arrival) {
    guard loop.isOpen else { return }
    jobs.append(arrival)
    if !isScheduled { schedule() }
  }

  private func schedule() {
    isScheduled = true
    let round = Round(of: self)
    loop.postpone { round.run() }
  }

  /// Does the jobs that there are, and those that come of them: what they send together is written at once.
  private func runJobs() {
    for _ in 0..<Self.patience where !jobs.isEmpty && loop.isOpen {
      swap(&jobs, &spareJobs)
      for job in spareJobs { job.run() }
      spareJobs.removeAll(keepingCapacity: spareJobs.count < 1024)
    }
    isScheduled = false
    if !jobs.isEmpty { schedule() }
  }

  /// A round of jobs; dropped by a loop that is closed before.
  private final class Round {
    private let executor: LoopOrPoolExecutor
    private var isDone = false

    init(of executor: LoopOrPoolExecutor) { self.executor = executor }

    func run() {
      isDone = true
      executor.runJobs()
    }

    deinit {
      // Dropped, they run elsewhere.
      if !isDone { executor.jobs = [] }
    }
  }

  /// A job on its way to the loop.
  ///
  /// If it goes without having run, the loop has not taken it.
  private final class Arrival: @unchecked Sendable {
    // Sendable: one has it after the other.
    private var job: UnownedJob?
    private let executor: LoopOrPoolExecutor

    init(_ job: UnownedJob, on executor: LoopOrPoolExecutor) {
      self.job = job
      self.executor = executor
    }

    func run() {
      guard let job else { return }
      self.job = nil
      job.runSynchronously(on: executor.asUnownedTaskExecutor())
    }

    deinit {
      if let job { globalConcurrentExecutor.enqueue(job) }
    }
  }
}
