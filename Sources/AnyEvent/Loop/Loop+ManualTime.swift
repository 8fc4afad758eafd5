internal import AEValue
internal import CLibUV

extension Loop {
  /// Moves manual time by so many seconds and calls the timers that become due, in order.
  ///
  /// Each timer sees its deadline as `now`. Before and after each, everything else that is ready is
  /// served, so that sockets keep working. Only on loops made by `init(manualTime:)`.
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

  /// When the next timer is due, on the clock of ``manualTime``.
  package var nextDeadline: UInt64? { timers.nextDeadline }

  /// Moves manual time without calling anybody, as if a callback had taken so long: what became due
  /// meanwhile is called at the next advance, late.
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
    // Timers without delay that re-arm themselves would hold time still for ever: after so many
    // passes at one instant the rest waits for the next advance.
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

  /// Serves what is ready until nothing is.
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
