import AnyEvent
import AnyEventMP

/// Connections on which nothing is said but that both ends live.
enum IdleLinks {
  /// So many are there before memory is looked at, since the first ones make tables and pools.
  private static let first = 100
  /// How long nothing is said before memory is looked at: longer than the heartbeat takes to give buffers back.
  private static let rest = 10.0

  /// Waits for `count` nodes more than the first ones, and reports what each has added to the resident size.
  static func serve(_ address: String, _ count: Int) throws {
    BenchNode.startServer(address)
    let server = port()
    var before = 0
    rcv(server, "ready") { (number: Int, client: PortID) in
      after(rest) {
        let resident = ProcessMemory.resident
        // Freed memory between memory that is used stays resident until others need it, or it is asked for.
        ProcessMemory.returnFreed()
        let used = ProcessMemory.resident
        if number == first {
          before = used
          snd(client, "more")
        } else {
          var report = Report(role: "server")
          report.add("n", number - first)
          let more = Double(number - first)
          report.add("rss_per", Double(resident - before) * 1024 / more)
          report.add("used_per", Double(used - before) * 1024 / more)
          report.print()
        }
      }
    }
    BenchNode.ready(server)
    try BenchNode.runUntilStopped()
  }

  /// Makes the nodes, which connect one after the other and then say nothing.
  static func connect(_ address: String, to server: String, _ count: Int) throws {
    var nodes: [Node] = []
    func add(_ number: Int) throws {
      for _ in 0..<number {
        let node = try Handshakes.makeNode(nodes.count, seeds: [address])
        nodes.append(node)
        let connected = AE.cv()
        let watch: Guard = node.run { mon_nodes { _, isUp in if isUp { connected.send() } } }
        try connected.recv()
        watch.cancel()
      }
    }
    try add(first)
    let more = AE.cv()
    try nodes[0].run {
      let client = port()
      rcv(client, "more") { more.send() }
      snd(PortID(server), "ready", first, client)
      try more.recv()
    }
    try add(count)
    nodes[0].run { snd(PortID(server), "ready", first + count, port()) }
    try BenchNode.runUntilStopped()
    for node in nodes { node.close() }
  }
}
