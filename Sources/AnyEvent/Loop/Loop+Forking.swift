internal import AEValue
internal import CLibUV
internal import Glibc
internal import Synchronization

extension Loop {
  /// Goes on with the loop in the child of a `fork`: with all watchers that the parent had.
  ///
  /// Until this is called, the child may drop and cancel inherited watchers, exit or start another
  /// program without effect on the parent; running the loop stops the child with a sentence. The watched
  /// descriptors are shared with the parent, so cancel the watchers of those that only the parent shall
  /// read. Names that are being looked up are asked for anew. Jobs that were posted, and the unsent bytes
  /// of ended handles, are left to the parent. A node cannot be two, so a configured one must be closed
  /// before. Tasks of the main actor do not run in the child, because Swift's concurrency does not
  /// survive a fork.
  ///
  /// After a fork inside a callback it is to be called before that callback returns.
  ///
  /// Only the thread that forked has loops in the child. Does nothing elsewhere. On a foreign loop the
  /// host calls `uv_loop_fork` instead. Corresponds to `uv_loop_fork` and to EV's `loop_fork`.
  public func forked(file: StaticString = #fileID, line: UInt = #line) {
    preconditionOnLoop(file: file, line: line)
    guard isForked else { return }
    require(
      guests == 0,
      "a node lives on this loop, and the parent of this process goes on with it: close the node before the fork, or fork before configure",
      file: file, line: line)
    isForked = false
    // Released when the lock is free: deinitializers may run code of the program.
    let mail = mailbox.withLock { $0.take() }
    end(mail.orphans)
    withExtendedLifetime(mail.letters) {}
    jobs = []
    for resident in residents { resident.loopForked() }
  }

  /// Gives the loop of a child descriptors of its own, in `fork` itself.
  func separateFromParent() {
    if staysWithParent { return abandon() }
    // Other threads do not exist here, and have left their loops in any state.
    guard state == .open, owner == 0 || owner == pthread_self() else { return }
    for poll in polls.values { poll.separateFromParent() }
    guard kind != .foreign else { return }
    isForked = true
    let status = aeuv_loop_fork(uv)
    if status != 0 { giveUp("cannot make an event loop after a fork: \(describe(status))") }
    aeuv_forget_signals(uv)
    mainQueue?.leaveToParent(ledger)
  }

  /// Leaves the loop to the parent, whatever the host does in the child: nothing is called here, and its
  /// descriptors lead nowhere, so that no reading, writing or closing reaches what the parent has.
  private func abandon() {
    // Once only: a grandchild may have files of its own under the numbers of the descriptors.
    guard state == .open || state == .closing else { return }
    defer { state = .abandoned }
    // A thread that does not exist in this process may have left its work half done.
    guard owner == pthread_self() else { return }
    keepsLoopAlive = false
    disarmRound()
    guard let first = polls.values.first else { return }
    var nowhere = aeuv_epoll_make()
    if nowhere < 0 {
      // There is no free descriptor, so one is made free.
      _ = Glibc.close(first.fd)
      nowhere = aeuv_epoll_make()
    }
    guard nowhere >= 0 else { return }
    for poll in polls.values { poll.leaveToParent(nowhere) }
    if polls[nowhere] == nil { _ = Glibc.close(nowhere) }
  }

  /// Stops a child that runs the loop of its parent, or goes on with it after a callback that forked.
  ///
  /// Called after each callback, because the next one would do the parent's work in the child.
  @inline(__always)
  func requireNotForked() {
    if isForked, state == .open { stopForked() }
  }

  @inline(never)
  private func stopForked() -> Never {
    misuse(
      "this process is the child of a fork: call loop.forked() to go on with the parent's watchers, or start another program"
    )
  }
}

/// The loops of this process, which get new descriptors in the child of a `fork`.
///
/// Each change that the child makes to an inherited loop would change the parent's, because both have
/// the same epoll descriptor: so the child gets new ones at once.
enum ForkedLoops {
  private nonisolated(unsafe) static var lock = pthread_mutex_t()
  private nonisolated(unsafe) static var loops: [ObjectIdentifier: Unmanaged<Loop>] = [:]

  /// Registers the handlers of `pthread_atfork`, once; whether that was possible.
  static let isRegistered: Bool = {
    pthread_mutex_init(&lock, nil)
    return pthread_atfork(
      { pthread_mutex_lock(&ForkedLoops.lock) },
      { pthread_mutex_unlock(&ForkedLoops.lock) },
      {
        pthread_mutex_unlock(&ForkedLoops.lock)
        ChangingProcess.generation += 1
        for loop in ForkedLoops.loops.values { loop.takeUnretainedValue().separateFromParent() }
      }) == 0
  }()

  static func add(_ loop: Loop) {
    guard isRegistered else { return }
    pthread_mutex_lock(&lock)
    loops[ObjectIdentifier(loop)] = .passUnretained(loop)
    pthread_mutex_unlock(&lock)
  }

  static func remove(_ loop: Loop) {
    guard isRegistered else { return }
    pthread_mutex_lock(&lock)
    loops[ObjectIdentifier(loop)] = nil
    pthread_mutex_unlock(&lock)
  }
}
