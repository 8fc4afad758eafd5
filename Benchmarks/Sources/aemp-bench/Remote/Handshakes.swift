import AnyEvent
import AnyEventMP

/// Connecting: TCP, authentication in both directions, one message each way, and close.
enum Handshakes {
  /// Answers whoever says hello, and reports what that cost.
  static func serve(_ address: String) throws {
    BenchNode.startServer(address)
    let server = port()
    var served = 0
    var watch = Stopwatch()
    rcv(server, "hello") { (client: PortID) in
      served += 1
      snd(client, "welcome")
    }
    BenchNode.ready(server)
    watch = Stopwatch()
    try BenchNode.runUntilStopped()
    var report = Report(role: "server")
    report.add("n", served)
    report.add(watch)
    report.print()
  }

  /// Connects `count` times, each time as a new node, one after the other.
  static func connect(_ address: String, to server: String, _ count: Int) throws {
    let done = AE.cv()
    let loop = Loop.default
    var left = count
    var failure: (any Error)?
    func next() {
      guard left > 0 else { return done.send() }
      left -= 1
      let node = Node(on: loop)
      node.run {
        do {
          try node.configure(
            ConfigurationArguments(
              nodeid: "client\(left)", binds: [], seeds: [address], secret: BenchNode.secret,
              norc: true))
        } catch {
          failure = error
          return done.send()
        }
        let client = port()
        rcv(client, "welcome") {
          // Not closed from within its own message.
          AE.postpone {
            node.close()
            next()
          }
        }
        snd(PortID(server), "hello", client)
      }
    }
    let watch = Stopwatch()
    next()
    try done.recv()
    if let failure { throw failure }
    let seconds = watch.seconds
    var report = Report(role: "client")
    report.add("n", count)
    report.add("rate", Double(count) / seconds)
    report.add("mean", seconds / Double(count) * 1e6)
    report.add(watch, seconds: seconds)
    report.print()
  }
}
