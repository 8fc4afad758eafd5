internal import AEValue
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Runs an actor's jobs on a loop's thread.
///
/// An actor whose `unownedExecutor` is that of a `LoopExecutor` shares the loop's thread with its
/// callbacks; this also works on a loop that a host runs. Actors with one and the same executor call each other
/// without leaving the thread's turn. The main actor needs no executor: the default loop serves its queue.
///
///     actor Counter {
///       private let executor: LoopExecutor
///       nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///       init(on loop: Loop) { executor = LoopExecutor(loop) }
///     }
///
/// A loop that closes first does the jobs that it has or gets meanwhile: their waits on it throw. A thread of the
/// system's does later jobs one by one, because a task whose job is dropped would wait for ever: no callback of the
/// loop is called any more, and every wait on it throws. To have all tasks end before the loop does, use
/// ``Loop/task(priority:_:)`` and ``LoopThread/stop()``.
public final class LoopExecutor: SerialExecutor {
  private let loop: Loop

  /// Makes an executor for this loop.
  public init(_ loop: Loop) { self.loop = loop }

  /// Hands a job to the loop; called by the Swift runtime, on any thread.
  public func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(.actor(UnownedJob(job), self)) }

  /// Stops the program unless the caller is on the loop's thread; called by the Swift runtime.
  public func checkIsolated() { loop.preconditionOnLoop() }

  /// Whether the caller is on the loop's thread; called by the Swift runtime.
  public func isIsolatingCurrentContext() -> Bool? { loop.isOnLoop }
}

/// Has tasks that are not isolated to an actor run on a loop's thread: `Task(executorPreference:)`.
///
/// Everything that such a task calls stays there, but for actors of other threads and `@concurrent` functions, and so
/// do its child tasks (`async let`, task groups). A task that it makes by `Task { }` does not.
/// ``Loop/task(priority:_:)`` starts a task in this way. For jobs of a closed loop see ``LoopExecutor``.
public final class LoopTaskExecutor: TaskExecutor {
  private let loop: Loop

  /// Makes an executor for this loop.
  public init(_ loop: Loop) { self.loop = loop }

  /// Hands a job to the loop; called by the Swift runtime, on any thread.
  public func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(.task(UnownedJob(job), self)) }
}

/// A share of a task's work that is to be done on a loop.
///
/// `Sendable`, because one thread at a time has it, and does it once.
enum LoopJob: @unchecked Sendable {
  case actor(UnownedJob, LoopExecutor)
  // Two executors: a task on that of an actor would come back to the queue after each wait.
  case task(UnownedJob, LoopTaskExecutor)
  /// A task whose wait has ended, and the executor that it leaves the ``WaitingRoom`` on; whether it is to be done
  /// though the default loop is closed, where the main actor is served.
  case waited(UnownedJob, UnownedSerialExecutor, outlivesLoop: Bool)

  func run() {
    switch self {
    case .actor(let job, let executor):
      job.runSynchronously(on: executor.asUnownedSerialExecutor())
    case .task(let job, let executor):
      job.runSynchronously(on: executor.asUnownedTaskExecutor())
    case .waited(let job, let executor, _):
      job.runSynchronously(on: executor)
    }
  }

  /// Hands a job that outlives the loop to the main actor's queue; false for any other job.
  fileprivate func leavesLoop() -> Bool {
    guard case .waited(_, _, outlivesLoop: true) = self else { return false }
    DispatchQueue.main.async { run() }
    return true
  }
}

extension Loop {
  /// Takes a job, on any thread.
  fileprivate func enqueue(_ job: LoopJob) {
    if isOwnersThread, state == .open || state == .closing {
      jobs.append(job)
      if state == .open { armRound() }
      return
    }
    guard let queue = mailbox.withLock({ $0.take(job, asyncHandle) }) else { return }
    runLate(job, on: queue)
  }

  /// Has a task go on whose wait has ended.
  func goOn(_ job: LoopJob) {
    if state != .open, job.leavesLoop() { return }
    enqueue(job)
    if mainQueue != nil, state == .open, !isRunning { leaveJobsToMainQueue() }
  }

  /// Has the main thread's queue do the jobs of the default loop, in case the loop is not run before.
  func leaveJobsToMainQueue() {
    DispatchQueue.main.async { [self] in
      if isOwnersThread, state == .open, !isRunning { runJobs() }
    }
  }

  /// Does a job that has come too late.
  private func runLate(_ job: LoopJob, on queue: DispatchQueue) {
    queue.async { [self] in
      // Being the current one here, the closed loop lets this thread look into what belongs to it.
      let before = makeCurrent()
      job.run()
      Self.restore(before)
    }
  }

  /// Does the waiting jobs and those that they bring about, for as long as other events may wait.
  func runJobs() {
    var passes = 0
    while !jobs.isEmpty, state == .open, passes < 64 {
      passes += 1
      runPass()
    }
  }

  private func runPass() {
    wasBusy = true
    var batch = Self.takeBatch(&jobs, &spareJobs)
    jobsDone += UInt64(batch.count)
    for index in batch.indices {
      batch[index].run()
      requireNotForked()
    }
    Self.giveBack(&batch, to: &spareJobs)
  }

  /// Lets the tasks of a closing loop go on: their waits on it throw.
  ///
  /// A queue of libdispatch does the jobs that are left after a while, and those that come later.
  func runLastJobs() {
    let before = makeCurrent()
    defer { Self.restore(before) }
    var passes = 0
    var queue: DispatchQueue?
    while queue == nil {
      queue = mailbox.withLock { mailbox in
        jobs.append(contentsOf: mailbox.takeJobs())
        // The main thread may be about to leave: libdispatch serves the main actor then.
        jobs.removeAll { $0.leavesLoop() }
        return jobs.isEmpty || passes == 1000 ? mailbox.closeForJobs() : nil
      }
      passes += 1
      if queue == nil { runPass() }
    }
    if let queue { for job in jobs { runLate(job, on: queue) } }
    jobs = []
  }
}
