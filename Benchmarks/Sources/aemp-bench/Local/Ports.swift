import AnyEvent
import AnyEventMP

/// Making ports, killing them, and what an idle one costs.
enum Ports {
  /// How many ports are made before the loop gets to kill them.
  private static let batch = 1000

  /// Makes `count` ports with one receiver and kills them again, a thousand at a time.
  static func churn(_ count: Int) throws {
    let done = AE.cv()
    var left = count
    func next() {
      guard left > 0 else { return done.send() }
      let ports = (0..<batch).map { _ in idlePort() }
      for port in ports { kil(port) }
      left -= batch
      // Kills take effect in the order of everything that waits for the loop.
      AE.postpone(next)
    }
    let watch = Stopwatch()
    next()
    try done.recv()
    let seconds = watch.seconds
    var report = Report(role: "one")
    report.add("rate", Double(count) / seconds)
    report.add(watch, seconds: seconds)
    report.print()
  }

  /// Makes `count` ports with one receiver that nobody sends to.
  static func idle(_ count: Int) {
    _ = idlePort()
    let before = ProcessMemory.resident
    let watch = Stopwatch()
    for _ in 0..<count { _ = idlePort() }
    let seconds = watch.seconds
    var report = Report(role: "one")
    report.add("rss_per", Double(ProcessMemory.resident - before) * 1024 / Double(count))
    report.add("rate", Double(count) / seconds)
    report.add(watch, seconds: seconds)
    report.add("base_rss_kb", before)
    report.print()
  }

  private static func idlePort() -> PortID {
    rcv(port(), "test") { (_: Int) in }
  }
}
