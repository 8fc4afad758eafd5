internal import AEValue
internal import CLibUV

extension Loop {
  /// The time at which the current iteration began, in seconds since 1970.
  ///
  /// Costs next to nothing. On a loop with manual time: that time. Corresponds to Perl's `AE::now`.
  public var now: Double {
    kind == .manual
      ? Double(manualNow) / 1e9 + manualClockError
      : wallClock.seconds(atLoopTime: loopMilliseconds)
  }

  /// The time (ms) at which the current iteration began; tasks may ask for it when libuv's loop is gone.
  var loopMilliseconds: UInt64 { state == .closed ? uv_hrtime() / 1_000_000 : uv_now(uv) }

  /// The wall clock's time, in seconds since 1970.
  ///
  /// Corresponds to Perl's `AE::time`.
  public var time: Double { kind == .manual ? now : SystemCalls.wallClock }

  /// The time at which the current iteration began, in seconds of a monotonic clock, for measuring
  /// durations.
  package var monotonicNow: Double { Double(timerTime) / 1e9 }

  /// Sets `now` to the present, as after a callback that took long.
  ///
  /// Corresponds to Perl's `AE::now_update`.
  public func nowUpdate() {
    preconditionOnLoop()
    if state != .closed { uv_update_time(uv) }
    wallClock = WallClock()
  }
}

/// Turns a loop's monotonic milliseconds into seconds since 1970.
struct WallClock {
  private var offset = 0.0
  private var measuredAt: UInt64?

  /// Measures the offset anew after a second, so that a change of the wall clock shows.
  mutating func seconds(atLoopTime milliseconds: UInt64) -> Double {
    if measuredAt.map({ milliseconds >= $0 + 1000 }) ?? true {
      offset = SystemCalls.wallClock - Double(uv_hrtime()) / 1e9
      measuredAt = milliseconds
    }
    return offset + Double(milliseconds) / 1e3
  }
}

extension Loop {
  /// Moves manual time by so many seconds and calls the timers that become due, in order.
  ///
  /// Each timer sees its deadline as `now`. Before and after each, all other due callbacks are called, so
  /// that sockets keep working. Only on loops made by `init(manualTime:)`.
  public func advance(by seconds: Double) {
    advance(toNanoseconds: manualNow + Self.nanoseconds(seconds))
  }

  /// Moves manual time to `time` (seconds); a time in the past is taken as now.
  public func advance(to time: Double) {
    advance(toNanoseconds: max(manualNow, Self.nanoseconds(time)))
  }

  /// Sets the wall clock of a loop with manual time forwards, or backwards, by so many seconds, as an
  /// operator may: no timer notices.
  package func setWallClock(by seconds: Double) {
    require(kind == .manual, "only the clock of a loop made by Loop(manualTime:) can be set")
    manualClockError += seconds
  }

  /// Manual time in nanoseconds.
  package var manualTime: UInt64 { manualNow }

  /// The deadline of the next timer, on the clock of ``manualTime``.
  package var nextDeadline: UInt64? { timers.nextDeadline }

  /// Moves manual time without calling a timer, as if a callback had taken so long: timers that became
  /// due meanwhile are called at the next advance, late.
  package func stall(toNanoseconds time: UInt64) {
    require(kind == .manual, "only a loop made by Loop(manualTime:) can be made to stall")
    manualNow = max(manualNow, time)
  }

  /// Moves manual time to `wanted`.
  package func advance(toNanoseconds wanted: UInt64) {
    let end = min(wanted, 8_000_000_000_000_000_000)
    require(
      kind == .manual, "advance moves the time of loops made by Loop(manualTime:) only")
    settle()
    // Timers without delay that re-arm themselves would stop the time: after a number of passes at one
    // instant the other timers wait for the next advance.
    var passes = 0
    while state == .open, let deadline = timers.nextDeadline, deadline <= end, passes < 1000 {
      passes = deadline > manualNow ? 0 : passes + 1
      manualNow = max(manualNow, deadline)
      beginRunning()
      runTimers()
      endRunning()
      settle()
    }
    if state == .open { manualNow = max(manualNow, end) }
  }

  /// Calls all callbacks that are due, until none is.
  private func settle() {
    var turns = 0
    repeat {
      guard state == .open else { return }
      servedSomething = false
      wasBusy = false
      runOnce(waiting: false)
      turns += 1
    } while (servedSomething || wasBusy) && turns < 1000
  }
}
