import Glibc

/// Wall-clock and processor time since it was made.
struct Stopwatch {
  private let startedAt = Stopwatch.now
  private let cpuBefore = Stopwatch.cpu

  /// Seconds since the start.
  var seconds: Double { Double(Stopwatch.now - startedAt) * 1e-9 }

  /// Processor seconds of this process since the start, user and system.
  var cpuSeconds: Double { Stopwatch.cpu - cpuBefore }

  /// The monotonic clock, in nanoseconds.
  static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private static var cpu: Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}
