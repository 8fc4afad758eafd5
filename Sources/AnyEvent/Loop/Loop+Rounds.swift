internal import CLibUV

// A round is the end of an iteration: postponed callbacks, then end-of-iteration targets. It is
// held in the check phase, after polling, and in the idle phase, before polling. The idle handle is
// active while anything waits, which also makes libuv poll without sleeping, whoever asked and
// when: that is why no order within libuv's iteration matters here.

extension Loop {
  /// Calls `callback` soon: after what is running now has returned, before the loop sleeps.
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
      // Without it libuv would go on to wait for an event, although `runOnce` has had one.
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
    if !postponed.isEmpty {
      wasBusy = true
      swap(&postponed, &sparePostponed)
      for callback in sparePostponed {
        guard state == .open else { break }
        callback()
        requireNotForked()
      }
      sparePostponed.removeAll(keepingCapacity: sparePostponed.count < 1024)
    }
    if !targets.isEmpty {
      wasBusy = true
      swap(&targets, &spareTargets)
      for target in spareTargets {
        guard state == .open else { break }
        target.endOfIteration()
        requireNotForked()
      }
      spareTargets.removeAll(keepingCapacity: spareTargets.count < 1024)
    }
  }

  private func disarmRoundIfDone() {
    if targets.isEmpty, postponed.isEmpty, !timersAreDue, alwaysReady.isEmpty, idleWatchers.isEmpty
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
