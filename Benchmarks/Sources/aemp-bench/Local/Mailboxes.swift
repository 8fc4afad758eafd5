import AnyEvent
import AnyEventMP

/// Messages that tasks take out of mailboxes.
enum Mailboxes {
  /// How many messages of other tags wait while messages are taken out.
  private static let waiting = 100_000

  /// Takes `count` messages out of a mailbox in which 100,000 of other tags wait.
  static func get(_ count: Int) throws {
    let done = AE.cv()
    let receiver = port()
    let mailbox = try Node.current.mailbox(of: receiver)
    for number in 0..<waiting { snd(receiver, "other \(number % 1000)", number) }
    peval_async(receiver) {
      var sum = 0
      var seconds = 0.0
      var left = count
      while left > 0 {
        let batch = min(left, 10_000)
        for number in 0..<batch { snd(receiver, "test", number) }
        let watch = Stopwatch()
        for _ in 0..<batch { sum &+= try await mailbox.get("test", as: Int.self) }
        seconds += watch.seconds
        left -= batch
      }
      report(count, seconds, check: sum)
      done.send()
    }
    try done.recv()
  }

  /// Two tasks answer each other `count` times, each by `get` from its own mailbox.
  static func pingPong(_ count: Int) throws {
    let done = AE.cv()
    let pong = port_async { mailbox in
      while true {
        let (number, reply) = try await mailbox.get("ping", as: Int.self, PortID.self)
        snd(reply, "pong", number)
      }
    }
    port_async { mailbox in
      for number in 0..<count / 10 { try await turn(number) }
      let watch = Stopwatch()
      for number in 0..<count { try await turn(number) }
      report(count, watch.seconds, check: count)
      done.send()

      func turn(_ number: Int) async throws {
        snd(pong, "ping", number, SELF)
        _ = try await mailbox.get("pong", as: Int.self)
      }
    }
    try done.recv()
  }

  private static func report(_ count: Int, _ seconds: Double, check: Int) {
    var report = Report(role: "one")
    report.add("rate", Double(count) / seconds)
    report.add(seconds: "secs", seconds)
    report.add("check", check)
    report.print()
  }
}
