internal import CLibUV
internal import Glibc

extension Loop {
  /// The time at which the current iteration began, in seconds since 1970.
  ///
  /// Costs next to nothing. On a loop with manual time: that time. Corresponds to Perl's `AE::now`.
  public var now: Double {
    kind == .manual
      ? Double(manualNow) / 1e9 + manualClockError : wallClock.seconds(atLoopTime: uv_now(uv))
  }

  /// The wall clock's time, in seconds since 1970.
  ///
  /// Corresponds to Perl's `AE::time`.
  public var time: Double { kind == .manual ? now : WallClock.time }

  /// The time at which the current iteration began, in seconds of a clock that nobody can set: for
  /// everything that lasts.
  package var monotonicNow: Double { Double(timerTime) / 1e9 }

  /// Sets `now` to the present, as after a callback that took long.
  ///
  /// Corresponds to Perl's `AE::now_update`.
  public func nowUpdate() {
    preconditionOnLoop()
    uv_update_time(uv)
    wallClock = WallClock()
  }
}

/// Turns a loop's monotonic milliseconds into seconds since 1970.
struct WallClock {
  private var offset = 0.0
  private var measuredAt: UInt64?

  /// The wall clock, in seconds since 1970.
  static var time: Double {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }

  /// Measures anew after a second, so that a clock that was set shows.
  mutating func seconds(atLoopTime milliseconds: UInt64) -> Double {
    if measuredAt.map({ milliseconds >= $0 + 1000 }) ?? true {
      offset = Self.time - Double(uv_hrtime()) / 1e9
      measuredAt = milliseconds
    }
    return offset + Double(milliseconds) / 1e3
  }
}
