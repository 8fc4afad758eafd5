internal import AEValue
internal import CLibUV
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A thread that runs an event loop of its own.
///
/// For work that shall not share the default loop's thread. Its tasks and actors wait with `await` as those of the main
/// actor do:
///
///     let thread = LoopThread(name: "service")
///     thread.loop.task { try await serve() }
///
/// A global actor, whose functions and variables all are on such a thread:
///
///     @globalActor
///     actor Service {
///       static let shared = Service()
///       static let thread = LoopThread(name: "service")
///       nonisolated var unownedExecutor: UnownedSerialExecutor {
///         Service.thread.executor.asUnownedSerialExecutor()
///       }
///     }
///
///     @Service func serve() async throws { … }
///
/// The loop runs, idle or not, until ``stop()`` is called, or the last reference to the thread is dropped. When the
/// loop itself is stopped or closed, the thread ends, too, and does not wait for its tasks.
public final class LoopThread: Sendable {
  /// The loop; it has its thread from the beginning, so everything but `post` and `task` is for code that runs there.
  public let loop: Loop
  /// The executor of actors that live on the loop.
  public let executor: LoopExecutor
  /// The executor of tasks that prefer the loop: `Task(executorPreference: thread.taskExecutor) { … }`.
  public let taskExecutor: LoopTaskExecutor
  private let run: LoopRun

  /// Starts a thread with a loop, under a name that debuggers and `top -H` show (its first 15 bytes).
  ///
  /// Stops the program with a sentence when the system gives no thread.
  public init(name: String = "loop") {
    run = LoopRun()
    loop = run.start(name)
    executor = LoopExecutor(loop)
    taskExecutor = LoopTaskExecutor(loop)
  }

  /// Asks the thread to end in order, and returns at once; on any thread.
  ///
  /// The tasks that ``Loop/task(priority:_:)`` has started are cancelled, the loop runs until they have ended, and
  /// is closed then.
  public func stop() { run.stop(loop) }

  /// Waits for the end of the thread, without blocking the calling task's.
  ///
  /// Nothing ends it but ``stop()``, and the stopping or closing of its loop.
  public func join() async { await run.join() }

  /// Waits for the end of the thread and blocks the calling one; on the loop's own thread a sentence stops the program.
  ///
  /// Nothing ends it but ``stop()``, and the stopping or closing of its loop.
  @available(*, noasync, message: "write await join()")
  public func join() {
    // A new thread may have the number of one that has ended.
    require(
      !loop.isOwnersThread || loop.state == .closed,
      "join() was called on the loop's own thread, which would wait for itself: call stop() there")
    run.waitForEnd()
  }

  deinit { run.stop(loop) }
}

/// The state that the thread shares with the tasks and threads that wait for it.
private final class LoopRun: @unchecked Sendable {
  private let life = DispatchGroup()
  /// Set on the thread before anybody else has the object, then read there alone.
  private var loop: Loop?
  private var isStopping = false

  /// Starts the thread and returns its loop.
  func start(_ name: String) -> Loop {
    let hasBegun = DispatchSemaphore(value: 0)
    let body = Unmanaged.passRetained(
      ThreadBody { [self] in
        aeuv_name_thread(name)
        let loop = Loop()
        loop.claim()
        self.loop = loop
        hasBegun.signal()
        serve(loop)
      })
    life.enter()
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { body in
        if let body { Unmanaged<ThreadBody>.fromOpaque(body).takeRetainedValue().call() }
        return nil
      }, body.toOpaque())
    if status == 0 {
      pthread_detach(thread)
      hasBegun.wait()
    }
    guard let loop else {
      giveUp("cannot start the thread of an event loop: \(SystemCalls.text(for: status))")
    }
    self.loop = nil
    return loop
  }

  private func serve(_ loop: Loop) {
    // An error says that the loop was stopped or closed, which ends the thread, too.
    try? loop.wait { isStopping && loop.tasks.withLock { $0.isEmpty } }
    loop.close()
    life.leave()
  }

  func stop(_ loop: Loop) {
    loop.post {
      self.isStopping = true
      loop.cancelTasks()
      loop.endWait()
    }
  }

  func join() async {
    await withUnsafeContinuation { waiter in life.notify(queue: .global()) { waiter.resume() } }
  }

  func waitForEnd() { life.wait() }
}

/// The code of a new thread.
private final class ThreadBody {
  let call: () -> Void

  init(_ call: @escaping () -> Void) { self.call = call }
}
