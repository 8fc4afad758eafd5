import AnyEvent
import AnyEventMP

/// Messages between ports of one node.
enum LocalMessages {
  /// Sends `count` messages to a typed receiver.
  static func oneWay(_ count: Int) {
    let receiver = port()
    let sum = Count()
    rcv(receiver, "test") { (number: Int) in sum.value &+= number }
    for number in 0..<count / 10 { snd(receiver, "test", number) }

    let watch = Stopwatch()
    for number in 0..<count { snd(receiver, "test", number) }
    report(count, watch, check: sum.value)
  }

  /// Two ports answer each other `count` times; every message is sent from a callback.
  static func pingPong(_ count: Int) throws {
    let ping = port()
    let pong = port()
    let left = Count(count / 10)
    var done = AE.cv()
    rcv(pong, "test") { (number: Int) in snd(ping, "test", number) }
    rcv(ping, "test") { (number: Int) in
      left.value -= 1
      if left.value > 0 { snd(pong, "test", number &+ 1) } else { done.send() }
    }
    snd(pong, "test", 0)
    try done.recv()

    left.value = count
    done = AE.cv()
    let watch = Stopwatch()
    snd(pong, "test", 0)
    try done.recv()
    report(count, watch, check: left.value)
  }

  private static func report(_ count: Int, _ watch: Stopwatch, check: Int) {
    let seconds = watch.seconds
    var report = Report(role: "one")
    report.add("rate", Double(count) / seconds)
    report.add(watch, seconds: seconds)
    report.add("check", check)
    report.print()
  }
}
