internal import CLibUV

extension Loop {
  /// Calls `callback` after `after` seconds, then, if `interval` is positive, every `interval`
  /// seconds.
  ///
  /// Never early, and at most about a millisecond late on an otherwise idle loop. A timer without
  /// delay is called in the next iteration; re-arming it in its own callback lets other events
  /// through. The returned watcher cancels when its last reference goes. Corresponds to Perl's
  /// `AE::timer`.
  public func timer(
    after: Double, interval: Double = 0, _ callback: @escaping () -> Void
  ) -> TimerWatcher {
    preconditionOnLoop()
    return TimerWatcher(on: self, after: after, interval: interval, callback)
  }

  /// Seconds to nanoseconds, rounded up; what isn't positive is 0, more than a century is about
  /// one.
  static func nanoseconds(_ seconds: Double) -> UInt64 {
    guard seconds > 0 else { return 0 }
    return UInt64((min(seconds, 4e9) * 1e9).rounded(.up))
  }

  /// The time at which timers are looked at, on the clock of their deadlines.
  var timerTime: UInt64 { kind == .manual ? manualNow : uv_now(uv) * 1_000_000 }

  func startTimer(_ watcher: TimerWatcher, after: Double)
    -> TimerQueue<Unmanaged<TimerWatcher>>.Token
  {
    let delay = Self.nanoseconds(after)
    // The loop's own time may lag behind: counting a delay from there would end it early.
    let start = delay == 0 || kind == .manual ? timerTime : uv_hrtime()
    return insertTimer(watcher, deadline: start + delay)
  }

  private func insertTimer(
    _ watcher: TimerWatcher, deadline: UInt64
  ) -> TimerQueue<Unmanaged<TimerWatcher>>.Token {
    let token = timers.insert(deadline: deadline, .passUnretained(watcher))
    if timers.nextDeadline == deadline { armTimer() }
    return token
  }

  func stopTimer(_ token: TimerQueue<Unmanaged<TimerWatcher>>.Token) {
    let earliest = timers.nextDeadline
    timers.remove(token)
    if timers.nextDeadline != earliest { armTimer() }
  }

  /// Calls the timers that are due now and were started before this pass.
  func runTimers() {
    timersAreDue = false
    isInTimerPass = true
    let limit = timers.nextOrder
    let time = timerTime
    while state != .abandoned, let due = timers.popDue(at: time, insertedBefore: limit) {
      wasBusy = true
      let watcher = due.payload.takeUnretainedValue()
      if watcher.interval > 0 {
        let next = due.deadline + Self.nanoseconds(watcher.interval)
        watcher.token = timers.insert(deadline: max(next, time), .passUnretained(watcher))
      }
      watcher.fire()
      requireNotForked()
    }
    isInTimerPass = false
    armTimer()
  }

  /// Sets the libuv timer to the earliest deadline.
  ///
  /// What is due already is served through the idle handle: a libuv timer without delay that is
  /// started in its own callback would be called again and again without polling.
  private func armTimer() {
    guard !isInTimerPass, kind != .manual, state == .open else { return }
    guard let deadline = timers.nextDeadline else {
      if timerIsSetFor != nil {
        uv_timer_stop(timerHandle)
        timerIsSetFor = nil
      }
      return
    }
    let now = uv_now(uv)
    let millisecond = (deadline + 999_999) / 1_000_000
    if millisecond <= now {
      timersAreDue = true
      armRound()
    } else if millisecond != timerIsSetFor {
      timerIsSetFor = millisecond
      uv_timer_start(
        timerHandle,
        { handle in
          guard let handle else { return }
          Unmanaged<Loop>.fromOpaque(handle.pointee.data).takeUnretainedValue().timerExpired()
        }, millisecond - now, 0)
    }
  }

  private func timerExpired() {
    timerIsSetFor = nil
    entered { runTimers() }
    // libuv would go on to wait for an event, although `runOnce` has had one.
    if runsOnce, wasBusy, state == .open { armRound() }
  }
}
