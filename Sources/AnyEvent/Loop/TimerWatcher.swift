internal import CLibUV

/// A running timer; it ends when it is cancelled or its last reference goes.
///
/// To be used on the loop's thread; the last reference may be dropped on any. Corresponds to the watcher that Perl's
/// `AE::timer` returns.
public final class TimerWatcher: @unchecked Sendable {
  private let loop: Loop
  /// The loop has the timer itself, so that nothing of it goes with a watcher that is dropped on another thread.
  @exclusivity(unchecked)
  private var token: TimerQueue<ArmedTimer>.Token?

  init(on loop: Loop, after: Double, interval: Double, _ callback: @escaping () -> Void) {
    self.loop = loop
    token = loop.startTimer(after: after, ArmedTimer(interval: interval, callback: callback))
  }

  /// Whether the callback may still be called.
  public var isActive: Bool {
    loop.preconditionOnLoop("isActive of a watcher")
    return token.map { loop.timers.contains($0) } ?? false
  }

  /// Stops the timer; may be called more than once and in its own callback.
  public func cancel() {
    loop.preconditionOnLoop("cancel() of a watcher")
    guard let token else { return }
    self.token = nil
    loop.stopTimer(token)
  }

  deinit {
    guard let token else { return }
    if loop.isOnOwnThread { loop.stopTimer(token) } else { loop.inherit(.timer(token)) }
  }
}

/// The loop's part of a running timer.
struct ArmedTimer {
  /// The seconds between two calls; a timer without is called once.
  let interval: Double
  let callback: () -> Void
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
    after: Double, interval: Double = 0, _ callback: @escaping () -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> TimerWatcher {
    preconditionOnLoop(file: file, line: line)
    if records != nil { checkTimer(after, interval, file, line) }
    return listed(
      TimerWatcher(on: self, after: after, interval: interval, callback),
      interval > 0 ? "timer \(interval) s" : "timer", file, line)
  }

  /// Calls `callback` with the watcher after `after` seconds, then, if `interval` is positive, every `interval`
  /// seconds.
  public func timer(
    after: Double, interval: Double = 0, _ callback: @escaping (TimerWatcher) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> TimerWatcher {
    SelfReference.watcher { own in
      timer(after: after, interval: interval, { own.pass(to: callback) }, file: file, line: line)
    }
  }

  /// Seconds as nanoseconds, rounded up; numbers that are not positive become 0, more than a century
  /// becomes about one.
  static func nanoseconds(_ seconds: Double) -> UInt64 {
    guard seconds > 0 else { return 0 }
    return UInt64((min(seconds, 4e9) * 1e9).rounded(.up))
  }

  /// The time at which timers are looked at, on the clock of their deadlines.
  var timerTime: UInt64 { kind == .manual ? manualNow : loopMilliseconds * 1_000_000 }

  /// Starts a timer; nil on a loop that takes no more.
  func startTimer(after: Double, _ timer: ArmedTimer) -> TimerQueue<ArmedTimer>.Token? {
    guard state == .open else { return nil }
    let delay = Self.nanoseconds(after)
    // The loop's own time may lag behind: counting a delay from there would end it early.
    let start = delay == 0 || kind == .manual ? timerTime : uv_hrtime()
    let token = timers.insert(deadline: start + delay, timer)
    if timers.nextDeadline == start + delay { armTimer() }
    return token
  }

  /// Stops a timer and releases its callback; does nothing if it has ended.
  func stopTimer(_ token: TimerQueue<ArmedTimer>.Token) {
    let earliest = timers.nextDeadline
    // Released at the end: the deinitializer of an object that it held may cancel again.
    guard let stopped = timers.remove(token) else { return }
    if timers.nextDeadline != earliest { armTimer() }
    withExtendedLifetime(stopped) {}
  }

  /// Calls the timers that are due now and were started before this pass.
  func runTimers() {
    timersAreDue = false
    isInTimerPass = true
    let limit = timers.nextOrder
    let time = timerTime
    while state != .abandoned,
      let due = timers.takeDue(
        at: time, insertedBefore: limit,
        next: { timer, deadline in
          timer.interval > 0 ? max(deadline + Self.nanoseconds(timer.interval), time) : nil
        })
    {
      wasBusy = true
      due.callback()
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
