/// The actor that a task visits while it waits on a loop.
///
/// Swift has a task whose continuation is resumed go on in a thread of its pool, and only from there go to its actor:
/// that wakes two threads for each wait on the main actor or on an actor with a ``LoopExecutor``. A task that visits this
/// actor is a job, which its suspension keeps, and which the loop does in its next round: no other thread has a part.
actor WaitingRoom {
  private nonisolated let door: Door
  /// How many visits there were, for tests.
  // Swift leaves out a visit to an actor where nothing is done.
  private(set) var visits: UInt64 = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { door.asUnownedSerialExecutor() }

  init(of loop: Loop) { door = Door(of: loop) }

  /// Has a suspension keep the task that visits next, which has to do so at once.
  nonisolated func expect(_ suspension: AnySuspension) { door.expected = suspension }

  /// Comes back when the expected suspension has ended.
  func visit() { visits &+= 1 }
}

/// The executor of a waiting room, to which the Swift runtime hands the tasks that visit.
///
/// It is used on the loop's thread alone, which is why it can be `Sendable`.
private final class Door: SerialExecutor, @unchecked Sendable {
  var expected: AnySuspension?
  /// The loop that has the room.
  private unowned let loop: Loop

  init(of loop: Loop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let isOnMain = loop.mainQueue != nil
    // Tasks of the default loop are mostly the main actor's: a task that leaves the room there needs no further job.
    // Tasks of `loop.task` have an executor, and end with the loop.
    let visitor = LoopJob.waited(
      UnownedJob(job), isOnMain ? MainActor.sharedUnownedExecutor : asUnownedSerialExecutor(),
      outlivesLoop: isOnMain && withUnsafeCurrentTask { $0?.unownedTaskExecutor == nil })
    // A visitor who is not expected looks at the room, and goes on.
    guard let suspension = expected else { return loop.goOn(visitor) }
    expected = nil
    suspension.keep(visitor)
  }
}
