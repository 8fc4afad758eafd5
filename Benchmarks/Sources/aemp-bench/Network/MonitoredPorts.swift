import AnyEvent
import AnyEventMP
import Glibc

/// Many ports of one node, all monitored by another, and all killed at once.
enum MonitoredPorts {
  /// Makes `count` ports, tells whoever says hello their ids, and does what that one asks for.
  static func serve(_ address: String, _ count: Int) throws {
    BenchNode.startServer(address)
    let server = port()
    var client = server
    let ports = (0..<count).map { _ in rcv(port(), "test") { (_: Int) in } }
    rcv(
      server,
      on("hello") { (from: PortID) in
        client = from
        for port in ports { snd(client, "port", port) }
        snd(client, "all")
      },
      on("monitored") { snd(client, "monitored") },
      on("plain") {
        for number in 0..<count { snd(client, "test", number) }
      },
      on("kill") {
        for port in ports { kil(port, "bye") }
      },
      // At once, so that what is left alive is not taken down, which would be counted, too.
      on("leave") { exit(0) })
    BenchNode.ready(server)
    try BenchNode.runUntilStopped()
  }

  /// Monitors them all; reports how long plain messages take to arrive and how long the reasons.
  ///
  /// With `kills: false` it does all but that, to be compared with.
  static func watch(_ address: String, of server: String, _ count: Int, kills: Bool) throws {
    BenchNode.startClient(address)
    let server = PortID(server)
    let client = port()
    let run = Run(server, count, kills: kills)
    rcv(
      client,
      on("port") { (port: PortID) in
        mon(port) { (_: Message) in run.reasonArrived() }
      },
      on("all") { snd(server, "monitored") },
      on("monitored") { run.start() },
      on("test") { (_: Int) in run.messageArrived() })
    BenchNode.whenConnected { snd(server, "hello", client) }
    try BenchNode.runUntilStopped()
  }

  /// The two measurements, one after the other.
  private final class Run {
    private let server: PortID
    private let count: Int
    private let kills: Bool
    private var messages = 0
    private var reasons = 0
    private var watch = Stopwatch()
    private var plain = (seconds: 0.0, cpu: 0.0)
    /// Only the last of several measurements of plain messages counts: the first warms up.
    private var roundsLeft = 3

    init(_ server: PortID, _ count: Int, kills: Bool) {
      self.server = server
      self.count = count
      self.kills = kills
    }

    func start() {
      messages = 0
      roundsLeft -= 1
      watch = Stopwatch()
      snd(server, "plain")
    }

    func messageArrived() {
      messages += 1
      guard messages == count else { return }
      plain = (watch.seconds, watch.cpuSeconds)
      if roundsLeft > 0 { return start() }
      watch = Stopwatch()
      if kills { snd(server, "kill") } else { report() }
    }

    func reasonArrived() {
      reasons += 1
      if reasons == count { report() }
    }

    private func report() {
      let seconds = watch.seconds
      var report = Report(role: "client")
      report.add("n", count)
      report.add(seconds: "plain", plain.seconds)
      report.add(seconds: "plain_cpu", plain.cpu)
      report.add("ratio", seconds / plain.seconds)
      report.add(watch, seconds: seconds)
      // Neither process sees the other one go.
      snd(server, "leave")
      Node.current.whenDrained(server.node) {
        report.print()
        exit(0)
      }
    }
  }
}
