import AnyEvent
import AnyEventMP

/// A started node that waits for messages.
enum IdleNode {
  /// Starts a node with one receiver and reports how much memory it has.
  static func run(_ address: String) throws {
    BenchNode.startServer(address)
    let receiver = rcv(port(), "test") { (_: Int) in }
    BenchNode.ready(receiver)
    after(0.2) {
      var report = Report(role: "one")
      report.add("rss_kb", ProcessMemory.resident)
      report.print()
    }
    try BenchNode.runUntilStopped()
  }
}
