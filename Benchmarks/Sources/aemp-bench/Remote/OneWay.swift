import AnyEvent
import AnyEventMP

/// Messages from one node to another, as fast as the connection takes them.
enum OneWay {
  /// Messages of this size carry a number only; larger ones a string of that size too.
  static let smallSize = 32

  /// Counts `count` messages and reports their rate from the first one to the last.
  static func receive(_ address: String, _ count: Int, size: Int, framing: String) throws {
    BenchNode.startServer(address, framing: framing)
    let receiver = port()
    let received = Count()
    var watch = Stopwatch()
    func isEnd() {
      if received.value == 1 { watch = Stopwatch() }
      if received.value == count { report(count, size, watch) }
    }
    func arrived() {
      received.value += 1
      if received.value == 1 || received.value == count { isEnd() }
    }
    if size <= smallSize {
      rcv(receiver, "test") { (_: Int) in arrived() }
    } else {
      rcv(receiver, "test") { (_: Int, _: String) in arrived() }
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

  private static func report(_ count: Int, _ size: Int, _ watch: Stopwatch) {
    let seconds = watch.seconds
    var report = Report(role: "recv")
    report.add("n", count)
    report.add("rate", Double(count - 1) / seconds)
    report.add("mbs", Double(count - 1) * Double(size) / seconds / 1e6)
    report.add(watch, seconds: seconds)
    report.print()
  }
}
