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
    let job = UnownedJob(job)
    let executor = asUnownedTaskExecutor()
    if loop.post({ job.runSynchronously(on: executor) }) { return }
    job.runSynchronously(on: executor)
  }
}
