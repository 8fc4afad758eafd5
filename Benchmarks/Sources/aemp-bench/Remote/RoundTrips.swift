import AnyEvent
import AnyEventMP

/// One message there and one back, over and over.
enum RoundTrips {
  /// Answers every message to the port that said hello.
  static func echo(_ address: String) throws {
    BenchNode.startServer(address)
    let echo = port()
    var client = echo
    rcv(
      echo,
      on("hello") { (from: PortID) in
        client = from
        snd(client, "hello")
      },
      on("test") { (number: Int) in snd(client, "test", number) })
    BenchNode.ready(echo)
    let watch = Stopwatch()
    try BenchNode.runUntilStopped()
    var report = Report(role: "echo")
    report.add(watch)
    report.print()
  }

  /// Sends `count` messages to the echo, each when the answer to the one before is there.
  static func ping(_ address: String, to echo: String, _ count: Int) throws {
    BenchNode.startClient(address)
    let echo = PortID(echo)
    let pinger = port()
    var latencies = Latencies(capacity: count)
    var left = count
    var watch = Stopwatch()
    var sentAt = 0
    func send() {
      sentAt = Stopwatch.now
      snd(echo, "test", left)
    }
    rcv(
      pinger,
      on("hello") {
        watch = Stopwatch()
        send()
      },
      on("test") { (_: Int) in
        latencies.add(Stopwatch.now - sentAt)
        left -= 1
        if left > 0 { send() } else { report(latencies, count, watch) }
      })
    BenchNode.whenConnected { snd(echo, "hello", pinger) }
    try BenchNode.runUntilStopped()
  }

  private static func report(_ latencies: Latencies, _ count: Int, _ watch: Stopwatch) {
    let seconds = watch.seconds
    var report = Report(role: "client")
    latencies.add(to: &report)
    report.add("rate", Double(count) / seconds)
    report.add(watch, seconds: seconds)
    report.print()
  }
}
