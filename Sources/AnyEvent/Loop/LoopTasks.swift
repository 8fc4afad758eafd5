internal import Synchronization

/// The tasks that a loop has started and that have not ended.
struct LoopTasks {
  private var cancels: [UInt64: @Sendable () -> Void] = [:]
  private var lastNumber: UInt64 = 0
  private(set) var isOpen = true

  var isEmpty: Bool { cancels.isEmpty }

  mutating func number() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  mutating func add(_ number: UInt64, _ cancel: @escaping @Sendable () -> Void) {
    cancels[number] = cancel
  }

  mutating func remove(_ number: UInt64) { cancels[number] = nil }

  /// Takes no more tasks; returns the closures that cancel the running ones.
  mutating func close() -> [@Sendable () -> Void] {
    isOpen = false
    return Array(cancels.values)
  }
}

extension Loop {
  /// Starts a task that runs on the loop's thread; may be called on any thread.
  ///
  /// Where its code says so, a task of the default loop is one of the main actor. Code that is not isolated stays on
  /// its loop, with all async code that it calls; child tasks do so, too, but `Task { }` leaves it there: write
  /// `loop.task` again. A loop that is closed cancels its tasks and lets them come to an end: their waits on the loop
  /// throw, and so does the value of a task that was to start on a closed loop, with a ``CondVarError``. A task that
  /// has not ended keeps the loop: without being closed neither of them would ever go.
  ///
  ///     let sum = try await thread.loop.task {
  ///       try await AE.sleep(1)
  ///       return 42
  ///     }.value
  ///
  /// Corresponds to `async { … }` of Coro, on a loop.
  @discardableResult
  public func task<Success: Sendable>(
    priority: TaskPriority? = nil, _ body: sending @escaping () async throws -> Success
  ) -> Task<Success, any Error> {
    // Sent, and used by the task alone.
    nonisolated(unsafe) let body = body
    // Made inside of the lock, so that a loop that closes meanwhile knows of it.
    return tasks.withLock { tasks in
      guard tasks.isOpen else { return Task { () throws -> Success in throw self.closedError } }
      let number = tasks.number()
      let task = makeTask(priority) {
        defer { self.taskEnded(number) }
        return try await body()
      }
      tasks.add(number) { task.cancel() }
      return task
    }
  }

  /// Whether ``task(priority:_:)`` still starts tasks.
  package var takesTasks: Bool { tasks.withLock { $0.isOpen } }

  private func makeTask<Success: Sendable>(
    _ priority: TaskPriority?, _ body: @escaping @Sendable () async throws -> Success
  ) -> Task<Success, any Error> {
    // On the default loop, too, whose tasks are the main actor's where their code says so: code that is not isolated
    // would leave the thread of a task that was started on the main actor, since Swift 6.3 forgets that actor where a
    // closure becomes one of a generic type, as `body` does.
    Task(
      executorPreference: LoopTaskExecutor(self), priority: priority,
      operation: { try await body() })
  }

  private func taskEnded(_ number: UInt64) {
    let isLast = tasks.withLock { tasks in
      tasks.remove(number)
      return tasks.isEmpty
    }
    // The thread of a loop may wait for its last task.
    if isLast { endWait() }
  }

  /// Starts no more tasks, and cancels the running ones.
  func cancelTasks() { for cancel in tasks.withLock({ $0.close() }) { cancel() } }
}
