internal import AEValue

extension Loop {
  /// Starts a task on the loop's thread; it begins when the loop comes to it.
  package func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    if mainQueue != nil { return Task { @MainActor in await body() } }
    return Task(executorPreference: StartedTaskExecutor(self)) { await body() }
  }
}

/// Runs tasks on a loop's thread.
private final class StartedTaskExecutor: TaskExecutor {
  private let loop: Loop

  init(_ loop: Loop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = PostedJob(UnownedJob(job), self)
    loop.post { job.run() }
  }
}

/// A job on its way to a loop; one that a closing loop drops is done then, so that its task comes to an end.
private final class PostedJob: @unchecked Sendable {
  private var job: UnownedJob?
  private let executor: StartedTaskExecutor

  init(_ job: UnownedJob, _ executor: StartedTaskExecutor) {
    self.job = job
    self.executor = executor
  }

  func run() { job.take()?.runSynchronously(on: executor.asUnownedTaskExecutor()) }

  deinit { run() }
}
