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
  ///
  /// Making the nodes is measured by itself before, as `node_cpu`.
  static func connect(_ address: String, to server: String, _ count: Int) throws {
    let making = Stopwatch()
    for number in 0..<count { try makeNode(number, seeds: []).close() }
    let nodeCPU = making.cpuSeconds

    let watch = Stopwatch()
    for number in 0..<count {
      let welcomed = AE.cv()
      let node = try makeNode(number, seeds: [address])
      node.run {
        let client = port()
        rcv(client, "welcome") { welcomed.send() }
        snd(PortID(server), "hello", client)
      }
      try welcomed.recv()
      node.close()
    }
    let seconds = watch.seconds
    var report = Report(role: "client")
    report.add("n", count)
    report.add("rate", Double(count) / seconds)
    report.add("mean", seconds / Double(count) * 1e6)
    report.add(watch, seconds: seconds)
    report.add(seconds: "node_cpu", nodeCPU)
    report.print()
  }

  static func makeNode(_ number: Int, seeds: [String]) throws -> Node {
    let node = Node(on: .default)
    try node.configure(
      ConfigurationArguments(
        nodeid: "client\(number)", binds: [], seeds: seeds, secret: BenchNode.secret,
        cert: BenchNode.certificate,
        auth_offer: BenchNode.methods, auth_accept: BenchNode.methods, norc: true))
    return node
  }
}
