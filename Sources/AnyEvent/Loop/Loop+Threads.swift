internal import AEValue
internal import CLibUV
internal import Dispatch
internal import Glibc
internal import Synchronization

extension Loop {
  /// The loop whose callback is running on this thread; outside of callbacks, on the main thread,
  /// `default`.
  ///
  /// On other threads there is no default: `perform(_:)` makes a loop the current one.
  public static var current: Loop {
    let record = ThreadRecord.current
    if let loop = record.pointee.loop { return loop.takeUnretainedValue() }
    guard record.pointee.isMain else {
      misuse(
        "no event loop is running on this thread: call this inside a callback of a loop or inside loop.perform { }, or on the main thread, whose loop is Loop.default"
      )
    }
    return .default
  }

  /// The current loop, for a function that is awaited on it.
  package static func awaiting(
    _ function: StaticString, file: StaticString = #fileID, line: UInt = #line
  ) -> Loop {
    if running == nil, !isMainThread { stopAwaitingOffLoop(function, file, line) }
    return .current
  }

  /// Whether this is the process's main thread.
  package static var isMainThread: Bool { ThreadRecord.current.pointee.isMain }

  /// The loop whose callback is running on this thread, if there is one.
  package static var running: Loop? { ThreadRecord.current.pointee.loop?.takeUnretainedValue() }

  /// Calls `body` with this loop as the current one, so that `AE.timer` and the like act on it.
  public func perform<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    preconditionOnLoop()
    let record = ThreadRecord.current
    let previous = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
    defer { record.pointee.loop = previous }
    return try withExtendedLifetime(self, body)
  }

  /// Calls `body` as a callback from libuv.
  ///
  /// An own loop is made current by `run`, once; on a foreign one each callback has to do it.
  @inline(__always)
  func entered(_ body: () -> Void) {
    guard kind == .foreign else {
      body()
      return requireNotForked()
    }
    // The child's idle handle must not keep the host from sleeping.
    if state == .abandoned { return disarmRound() }
    visits &+= 1
    if isOwnerProvisional { adopt() }
    let record = ThreadRecord.current
    let previous = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
    body()
    record.pointee.loop = previous
  }

  /// Stops the program with a sentence unless the caller is on this loop's thread.
  ///
  /// A loop that has not run yet has no thread, and nothing is checked.
  @inline(__always)
  public func preconditionOnLoop(
    _ function: StaticString = #function, file: StaticString = #fileID, line: UInt = #line
  ) {
    if owner != pthread_self() { requireNoOwner(function, file, line) }
  }

  /// Stops a program that awaits a function away from the loop's thread: the sentence says how to get a task to the
  /// loop.
  @inline(__always)
  package func preconditionAwaiting(
    _ function: StaticString = #function, file: StaticString = #fileID, line: UInt = #line
  ) {
    if owner != pthread_self(), !hasNoOwner { stopAwaitingOffLoop(function, file, line) }
  }

  /// Whether the caller is on this loop's thread (or the loop has none yet).
  public var isOnLoop: Bool { owner == pthread_self() || hasNoOwner || isLate }

  /// Whether a job of a closed loop is running here, which has come too late for the loop's own thread.
  private var isLate: Bool { Self.running === self }

  /// Whether the caller is on the thread that has run or runs the loop.
  @inline(__always)
  var isOwnersThread: Bool { owner == pthread_self() && !isOwnerProvisional }

  /// Makes the calling thread the owner if there is none.
  func claim() {
    if mainQueue != nil, !Self.isMainThread { stopOffMainThread() }
    if owner == 0 { owner = pthread_self() }
    preconditionOnLoop()
  }

  /// Whether any thread may use the loop; the default one belongs to the main thread from the beginning.
  private var hasNoOwner: Bool { owner == 0 && (mainQueue == nil || Self.isMainThread) }

  @inline(never)
  private func requireNoOwner(_ function: StaticString, _ file: StaticString, _ line: UInt) {
    if !hasNoOwner, !isLate { stopOffLoop(function, file, line) }
  }

  /// Stops a program whose main actor has left the main thread, on which the default loop has to run.
  @inline(never)
  func stopOffMainThread() -> Never {
    misuse(
      "the default loop runs only on the main thread: a top-level await or an async main moves the program off that thread, so write AE.run { … } around the whole, or cv.recv() and put the await into Task { @MainActor in … }"
    )
  }
}

@inline(never)
private func stopOffLoop(_ function: StaticString, _ file: StaticString, _ line: UInt) -> Never {
  misuse(
    "\(function) was called on a thread that is not the event loop's: use loop.post { } from other threads",
    file: file, line: line)
}

@inline(never)
private func stopAwaitingOffLoop(
  _ function: StaticString, _ file: StaticString, _ line: UInt
) -> Never {
  misuse(
    "\(function) was awaited on a thread that is not the event loop's: write Task { @MainActor in … } on the default loop, loop.task { … } or an actor with its LoopExecutor on another one",
    file: file, line: line)
}

// MARK: - Posting

/// Calls, jobs of tasks and orphans that other threads have given to a loop.
struct Mailbox {
  /// A piece of work for the loop's thread; letters are opened in the order in which they came.
  enum Letter {
    case call(@Sendable () -> Void)
    case job(LoopJob)
  }

  var letters: [Letter] = []
  var orphans: [Orphan] = []
  private(set) var isOpen = true
  /// The queue for jobs of tasks that come after the end of the loop.
  private var late: DispatchQueue?

  var isEmpty: Bool { letters.isEmpty && orphans.isEmpty }

  /// Takes everything out.
  mutating func take() -> (letters: [Letter], orphans: [Orphan]) {
    defer {
      letters = []
      orphans = []
    }
    return (letters, orphans)
  }

  /// Takes only jobs of tasks from now on, and returns the content.
  mutating func close() -> (letters: [Letter], orphans: [Orphan]) {
    isOpen = false
    return take()
  }

  /// Takes a job and wakes the loop; returns the queue that has to do the job if it comes too late.
  mutating func take(_ job: LoopJob, _ handle: UnsafeMutablePointer<uv_async_t>) -> DispatchQueue? {
    if let late { return late }
    letters.append(.job(job))
    if isOpen { uv_async_send(handle) }
    return nil
  }

  /// Takes out the jobs that have come to a closing loop.
  mutating func takeJobs() -> [LoopJob] {
    defer { letters = [] }
    return letters.compactMap { if case .job(let job) = $0 { job } else { nil } }
  }

  /// Closes the mailbox for jobs, too; returns the queue that does later ones.
  mutating func closeForJobs() -> DispatchQueue {
    let queue = DispatchQueue(label: "AnyEvent.Loop.closed")
    late = queue
    return queue
  }
}

extension Loop {
  /// Calls `job` on the loop's thread, soon: the one function that may be called from any thread.
  ///
  /// Jobs are called in the order in which they were posted. Returns false, without calling the
  /// job, if the loop is closed. `run()` does not wait for jobs to come, but `recv()` does.
  @discardableResult
  public func post(_ job: @escaping @Sendable () -> Void) -> Bool {
    // Sent inside of the lock, because the handle may be closed directly after it.
    mailbox.withLock { mailbox in
      guard mailbox.isOpen else { return false }
      mailbox.letters.append(.call(job))
      uv_async_send(asyncHandle)
      return true
    }
  }

  var hasMail: Bool { mailbox.withLock { !$0.isEmpty } }

  func openMail() {
    entered {
      wasBusy = true
      let mail = mailbox.withLock { $0.take() }
      end(mail.orphans)
      for letter in mail.letters {
        switch letter {
        // A loop that closes makes no more calls.
        case .call where state != .open: continue
        case .call(let call): call()
        case .job(let job) where state != .open:
          jobs.append(job)
          continue
        case .job(let job): job.run()
        }
        requireNotForked()
      }
    }
  }
}

// MARK: - Hosting

/// A foreign loop that is attached to on one thread and run on another, as the C API allows.
extension Loop {
  /// Makes the thread of the next callback from the host the owner.
  ///
  /// Until then the owner is the thread that attached. A postponed callback makes sure that one comes
  /// soon.
  package func letHostChooseThread() {
    preconditionOnLoop()
    isOwnerProvisional = true
    postpone {}
  }

  /// Whether any thread may still become the owner.
  package var takesOwner: Bool { isOwnerProvisional }

  /// Keeps the child of a fork out of the loop.
  ///
  /// Whatever the host does with its loop there, no callback is called, and the parent's descriptors stay as they
  /// are.
  package func stayWithParent() { staysWithParent = true }

  /// Whether this process can be told of forks; false when the system has no memory left.
  package static var isToldOfForks: Bool { ForkedLoops.isRegistered }

  /// Makes the calling thread the owner; nothing of the loop may be running on another one.
  package func adopt() {
    isOwnerProvisional = false
    owner = pthread_self()
  }

  /// Makes the loop the current one as ``perform(_:)`` does, but until ``restore(_:)`` gets the result.
  ///
  /// On its thread only.
  package func makeCurrent() -> Unmanaged<Loop>? {
    let record = ThreadRecord.current
    let before = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
    return before
  }

  /// Makes the previous loop the current one again.
  package static func restore(_ before: Unmanaged<Loop>?) {
    ThreadRecord.current.pointee.loop = before
  }
}

// MARK: - Threads

/// The record of a thread: the loop whose callback it is running, and whether it is the main thread.
///
/// Allocated when a thread first asks, freed when the thread ends.
struct ThreadRecord {
  var loop: Unmanaged<Loop>?
  let isMain: Bool

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { $0.map(threadEnds) }
    if status != 0 { giveUp("no thread-specific key is left: this process uses too many") }
    return key
  }()

  /// The record of the calling thread.
  static var current: UnsafeMutablePointer<ThreadRecord> {
    if let known = pthread_getspecific(key) {
      return known.assumingMemoryBound(to: ThreadRecord.self)
    }
    let record = UnsafeMutablePointer<ThreadRecord>.allocate(capacity: 1)
    record.initialize(to: ThreadRecord(loop: nil, isMain: aeuv_is_main_thread() != 0))
    pthread_setspecific(key, record)
    return record
  }

  /// Called when a thread ends, and when the main thread is given to libdispatch, with its record.
  private static func threadEnds(_ record: UnsafeMutableRawPointer) {
    if record.assumingMemoryBound(to: ThreadRecord.self).pointee.isMain {
      // The record is put back meanwhile, or the thread would get a new one.
      pthread_setspecific(key, record)
      Loop.mainThreadLeaves()
      pthread_setspecific(key, nil)
    }
    record.deallocate()
  }
}

extension Loop {
  /// Closes the default loop, which no other thread may run: a task or call that waits for it gets an error instead
  /// of waiting for ever.
  ///
  /// The main thread leaves when a top-level `await` or an async `main` is suspended: from then on libdispatch runs the
  /// main actor on threads of its own.
  fileprivate static func mainThreadLeaves() {
    guard isDefaultMade.load(ordering: .acquiring) else { return }
    let loop = Loop.default
    guard loop.state == .open, !loop.isRunning else { return }
    if !loop.timers.isEmpty || uv_loop_alive(loop.uv) != 0 {
      LogContext.ofModule().log(
        .error, "the watchers of the default loop are cancelled: \(CondVarError.desertedLoop)")
    }
    loop.isDeserted = true
    loop.close()
  }
}
