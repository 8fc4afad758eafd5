/// Runs tasks on a loop's thread: `Task(executorPreference: LoopTaskExecutor(loop)) { … }`.
///
/// When the loop is closed, what is left of its tasks runs on threads of Swift's pool, so that they end.
package final class LoopTaskExecutor: TaskExecutor {
  private let loop: Loop

  package init(_ loop: Loop) { self.loop = loop }

  package func enqueue(_ job: consuming ExecutorJob) {
    let arrival = Arrival(UnownedJob(job), on: self)
    loop.post { arrival.run() }
  }

  /// A job on its way to the loop. If it goes without having run, the loop has not taken it.
  private final class Arrival: @unchecked Sendable {
    // Sendable: one has it after the other.
    private var job: UnownedJob?
    private let executor: LoopTaskExecutor

    init(_ job: UnownedJob, on executor: LoopTaskExecutor) {
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
