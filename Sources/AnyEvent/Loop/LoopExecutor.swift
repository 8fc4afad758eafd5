internal import AEValue

/// Runs an actor's jobs on a loop's thread.
///
/// An actor whose `unownedExecutor` is that of a `LoopExecutor` shares the loop's thread with its
/// callbacks; this also works on a loop that a host runs. Jobs go through `Loop.post`, so the loop
/// must be open while the actor is used. The main actor needs no executor: the default loop serves
/// its queue.
public final class LoopExecutor: SerialExecutor {
  private let loop: Loop

  /// Makes an executor for this loop.
  public init(_ loop: Loop) { self.loop = loop }

  /// Hands a job to the loop; called by the Swift runtime, on any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isAccepted = loop.post { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    require(
      isAccepted, "an actor lives on a closed event loop: end its tasks before closing the loop")
  }

  /// Stops the program unless the caller is on the loop's thread; called by the Swift runtime.
  public func checkIsolated() { loop.preconditionOnLoop() }
}
