import AnyEvent
import AnyEventMP

/// Messages from one node to another, as fast as the connection takes them.
enum OneWay {
  /// Messages of this size carry a number only; larger ones a string of that size too.
  static let smallSize = 32

  /// Counts `count` messages and reports their rate from the first one to the last; `borrows`: without making strings.
  static func receive(
    _ address: String, _ count: Int, size: Int, framing: String, borrows: Bool
  ) throws {
    BenchNode.startServer(address, framing: framing)
    let receiver = port()
    let arrivals = Arrivals(count, size: size)
    if size <= smallSize {
      rcv(receiver, "test") { (_: Int) in arrivals.add() }
    } else if borrows {
      rcv(receiver, "test") { (_: Int, _: BorrowedText) in arrivals.add() }
    } else {
      rcv(receiver, "test") { (_: Int, _: String) in arrivals.add() }
    }
    BenchNode.ready(receiver)
    try BenchNode.runUntilStopped()
  }

  /// Sends `count` messages to the receiver with this id.
  static func send(
    _ address: String, to receiver: String, _ count: Int, size: Int, framing: String
  ) throws {
    BenchNode.startClient(address, framing: framing)
    let sender = Sender(PortID(receiver), count, size: size)
    BenchNode.whenConnected { sender.start() }
    try BenchNode.runUntilStopped()
    sender.report()
  }

  /// Counts arrived messages; a class whose counting is not checked, so that it costs next to nothing.
  private final class Arrivals {
    private let count: Int
    private let size: Int
    @exclusivity(unchecked) private var left: Int
    private var watch = Stopwatch()

    init(_ count: Int, size: Int) {
      self.count = count
      self.size = size
      left = count
    }

    @inline(__always)
    func add() {
      left -= 1
      if left == 0 || left == count - 1 { isFirstOrLast() }
    }

    @inline(never)
    private func isFirstOrLast() {
      if left > 0 { watch = Stopwatch() } else { report() }
    }

    private func report() {
      let seconds = watch.seconds
      var report = Report(role: "recv")
      report.add("n", count)
      report.add("rate", Double(count - 1) / seconds)
      report.add("mbs", Double(count - 1) * Double(size) / seconds / 1e6)
      report.add(watch, seconds: seconds)
      report.print()
    }
  }
}
