import AnyEvent
import AnyEventMP

/// So many ports of one node: what one of them costs to make, to send to, to find by its text, and to kill.
enum ManyPorts {
  static func measure(_ count: Int) {
    let loop = Loop.default
    let node = Node(on: loop)
    var fields: [(String, Double)] = [("count", Double(count))]
    // What is allocated once does not count.
    node.run { for _ in 0..<100 { kil(rcv(port(), "test") { (_: Int) in }) } }
    loop.run(for: 0)
    let resident = Measured.resident
    let deaths = Deaths()
    var ports: [PortID] = []
    ports.reserveCapacity(count)
    let list = count * MemoryLayout<PortID>.stride
    node.run {
      Measured.time("make", count, into: &fields) {
        for _ in 0..<count { ports.append(rcv(port(), "test") { (_: Int) in }) }
      }
      fields.append(("bytes", Double(Measured.resident - resident - list) / Double(count)))
      Measured.time("send", count, into: &fields) { for port in ports { snd(port, "test", 1) } }
      Measured.time("find", count, into: &fields) {
        for port in ports { snd(PortID(port.id), "test", 1) }
      }
      Measured.time("monitor", count, into: &fields) {
        for port in ports { mon(port) { (_: Message) in deaths.count += 1 } }
      }
    }
    Measured.time("kill", count, into: &fields) {
      node.run { for port in ports { kil(port, "bye") } }
      while deaths.count < count { loop.run(for: 0) }
    }
    Measured.print(fields)
  }

  private final class Deaths {
    var count = 0
  }
}

extension Loop {
  /// Runs the loop for so many seconds.
  func run(for seconds: Double) {
    let done = AE.cv()
    let watcher = timer(after: seconds) { done.send() }
    try? done.recv()
    watcher.cancel()
  }
}
