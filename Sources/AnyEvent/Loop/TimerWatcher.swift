internal import CLibUV

/// A running timer; it ends when it is cancelled or its last reference goes.
///
/// Corresponds to the watcher that Perl's `AE::timer` returns.
public final class TimerWatcher {
  private let loop: Loop
  let interval: Double
  var token: TimerQueue<Unmanaged<TimerWatcher>>.Token?
  private var callback: (() -> Void)?

  init(on loop: Loop, after: Double, interval: Double, _ callback: @escaping () -> Void) {
    self.loop = loop
    self.interval = interval
    guard loop.state == .open else { return }
    self.callback = callback
    token = loop.startTimer(self, after: after)
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops the timer; may be called more than once and in its own callback.
  public func cancel() {
    guard callback != nil else { return }
    loop.preconditionOnLoop()
    if let token { loop.stopTimer(token) }
    deactivate()
  }

  /// Forgets the callback, after the loop has removed its deadline.
  func deactivate() {
    // Released at the end: the deinitializer of an object that it held may cancel again.
    let held = callback
    token = nil
    callback = nil
    withExtendedLifetime(held) {}
  }

  func fire() {
    let callback = self.callback
    // A timer that has done its work releases its callback.
    if !(interval > 0) { deactivate() }
    callback?()
  }

  deinit { cancel() }
}

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

  /// Seconds as nanoseconds, rounded up; numbers that are not positive become 0, more than a century
  /// becomes about one.
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
  /// Timers that are due already are called through the idle handle: a libuv timer without delay that is
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
    // The active idle handle keeps libuv from waiting for another event, when `runOnce` has had one.
    if runsOnce, wasBusy, state == .open { armRound() }
  }
}
