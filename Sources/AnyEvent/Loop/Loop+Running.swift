internal import AEValue
internal import CLibUV

extension Loop {
  /// Runs callbacks until `stop()` is called or no watcher is left.
  ///
  /// Only on own loops. Corresponds to `EV::run`; `recv()` of a condition variable is the
  /// usual way to run the default loop.
  public func run() {
    beginRunning()
    repeat {
      openMailIfAlone()
      if !stopRequested { turn(UV_RUN_DEFAULT) }
    } while hasMail && !stopRequested && state == .open
    endRunning()
  }

  /// Runs one iteration: the callbacks that are due now, or, if `waiting`, those of at least one event.
  ///
  /// Returns whether a watcher is left; false too if `stop()` was called.
  @discardableResult
  public func runOnce(waiting: Bool = true) -> Bool {
    beginRunning()
    wasBusy = false
    runsOnce = true
    openMailIfAlone()
    let isAlive = turn(waiting && !wasBusy ? UV_RUN_ONCE : UV_RUN_NOWAIT)
    runsOnce = false
    endRunning()
    return isAlive && !stopRequested && state == .open
  }

  /// Makes `run()` return after the current iteration; a waiting `recv()` throws.
  ///
  /// Does nothing if the loop isn't running.
  public func stop() {
    preconditionOnLoop()
    guard isRunning else { return }
    stopRequested = true
    uv_stop(uv)
  }

  /// Has libuv call callbacks; whether a watcher is left.
  @discardableResult
  func turn(_ mode: uv_run_mode) -> Bool {
    let isAlive = uv_run(uv, mode) != 0
    requireNotForked()
    return isAlive
  }

  /// Whether callbacks are called without the caller's help: by a host, by a test that sets the time, or
  /// by the function that runs the loop now.
  var isServed: Bool { state == .open && (kind != .own || isRunning) }

  /// Lets a waiting `wait(until:)` look again.
  func endWait() {
    if isWaiting { uv_stop(uv) }
  }

  /// Does the posted jobs if there is no watcher: then libuv doesn't look for them.
  private func openMailIfAlone() {
    if uv_loop_alive(uv) == 0, hasMail { openMail() }
  }

  func beginRunning() {
    require(
      kind != .foreign,
      "a loop that is attached to somebody else's is run by its owner, not by run()")
    claim()
    requireNotForked()
    require(!isRunning, "the loop is running already: run() cannot be called in its callbacks")
    require(state == .open, "the loop is closed and cannot be run again")
    isRunning = true
    stopRequested = false
    mainQueue?.arm(on: self)
    let record = ThreadRecord.current
    loopBefore = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
  }

  func endRunning() {
    ThreadRecord.current.pointee.loop = loopBefore
    loopBefore = nil
    isRunning = false
    if state == .closing {
      closeOwnLoop()
    } else if mainQueue != nil, !jobs.isEmpty {
      leaveJobsToMainQueue()
    }
  }
}

// MARK: - Rounds

/// Rounds: a round is the end of an iteration, with postponed callbacks and then end-of-iteration
/// targets.
///
/// It is held in the check phase, after polling, and in the idle phase, before polling. The idle handle
/// is active while a callback waits for a round, which also makes libuv poll without sleeping: so the
/// order within libuv's iteration does not matter here.
extension Loop {
  /// Calls `callback` soon: after the present callback has returned, and before the loop sleeps.
  ///
  /// Callbacks are called in the order in which they were postponed; those postponed meanwhile wait
  /// for the next round. Corresponds to Perl's `AE::postpone`.
  public func postpone(_ callback: @escaping () -> Void) {
    preconditionOnLoop()
    guard state == .open else { return }
    postponed.append(callback)
    armRound()
  }

  /// Calls the target once, after all callbacks of this iteration, at the latest before the loop
  /// sleeps.
  ///
  /// Meant for connections that write at most once per iteration. The target is kept until then.
  package func atEndOfIteration(_ target: any EndOfIteration) {
    guard state == .open else { return }
    targets.append(target)
    armRound()
  }

  @inline(__always)
  func armRound() {
    guard !roundIsArmed else { return }
    startRound()
  }

  private func startRound() {
    roundIsArmed = true
    uv_check_start(checkHandle) { handle in
      guard let handle else { return }
      Unmanaged<Loop>.fromOpaque(handle.pointee.data).takeUnretainedValue().checkPhase()
    }
    uv_idle_start(idleHandle) { handle in
      guard let handle else { return }
      Unmanaged<Loop>.fromOpaque(handle.pointee.data).takeUnretainedValue().idlePhase()
    }
  }

  func disarmRound() {
    guard roundIsArmed else { return }
    roundIsArmed = false
    uv_idle_stop(idleHandle)
    uv_check_stop(checkHandle)
  }

  private func idlePhase() {
    entered {
      if timersAreDue { runTimers() }
      drain()
      // The active idle handle keeps libuv from waiting for another event, when `runOnce` has had one.
      if runsOnce, wasBusy { return }
      disarmRoundIfDone()
    }
  }

  private func checkPhase() {
    entered {
      if !alwaysReady.isEmpty { serveAlwaysReady() }
      drain()
      if !idleWatchers.isEmpty, !wasBusy { idleWatchers.fire(on: self) }
      if wasBusy { servedSomething = true }
      wasBusy = false
      disarmRoundIfDone()
    }
  }

  private func drain() {
    if !jobs.isEmpty { runJobs() }
    if !postponed.isEmpty {
      wasBusy = true
      var batch = Self.takeBatch(&postponed, &sparePostponed)
      for index in batch.indices {
        guard state == .open else { break }
        batch[index]()
        requireNotForked()
      }
      Self.giveBack(&batch, to: &sparePostponed)
    }
    if !targets.isEmpty {
      wasBusy = true
      var batch = Self.takeBatch(&targets, &spareTargets)
      for index in batch.indices {
        guard state == .open else { break }
        batch[index].endOfIteration()
        requireNotForked()
      }
      Self.giveBack(&batch, to: &spareTargets)
    }
  }

  /// Takes the work out of a list, so that a host that runs its loop inside of the work does none of it again.
  static func takeBatch<Item>(_ items: inout [Item], _ spare: inout [Item]) -> [Item] {
    var batch: [Item] = []
    swap(&batch, &spare)
    swap(&batch, &items)
    return batch
  }

  /// Keeps the memory of a batch that is done, for the next one.
  static func giveBack<Item>(_ batch: inout [Item], to spare: inout [Item]) {
    batch.removeAll(keepingCapacity: batch.count < 1024)
    swap(&batch, &spare)
  }

  private func disarmRoundIfDone() {
    if targets.isEmpty, postponed.isEmpty, jobs.isEmpty, !timersAreDue, alwaysReady.isEmpty,
      idleWatchers.isEmpty
    {
      disarmRound()
    }
  }

  private func serveAlwaysReady() {
    for poll in alwaysReady {
      guard state == .open else { return }
      poll.serve(readable: true, writable: true)
    }
  }
}
