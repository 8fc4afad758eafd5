import AnyEvent
import AnyEventMP

/// A question to a node in another thread, over 127.0.0.1, and the reply.
enum RemoteRows {
  static let rows = [
    Row(name: "remote round trip, callbacks", aim: "", measure: callbacks),
    Row(
      name: "remote round trip, awaited", aim: "at most 1.1 times the time of callbacks",
      measure: awaited),
  ]

  private static let count = 20_000
  private static var other: Other?

  /// The node in the other thread, which lives as long as the program.
  private struct Other {
    let thread: LoopThread
    let port: PortID
  }

  /// The port that answers there.
  static func otherPort() async throws -> PortID {
    if let other { return other.port }
    let thread = LoopThread(name: "answering")
    let loop = thread.loop
    let (address, id) = try await loop.task {
      let node = Node(on: loop)
      try node.configure(arguments("async-bench/answering"))
      let service = node.run {
        rcv(port(), "ping") { (i: Int, reply: PortID) in snd(reply, i) }
      }
      Kept.node = node
      Kept.adder = ActorRows.adder(on: node)
      return (node.status.listeners.first ?? "", service.id)
    }.value
    try Node.current.configure(arguments("async-bench/asking", seeds: [address]))
    let there = PortID(id)
    let _: Int = try await cal(there, "ping", 0)
    other = Other(thread: thread, port: there)
    return there
  }

  nonisolated private static func arguments(
    _ id: String, seeds: [String] = []
  ) -> ConfigurationArguments {
    ConfigurationArguments(
      "async-bench", nodeid: id, binds: ["127.0.0.1:*"], seeds: seeds, secret: "async-bench",
      norc: true)
  }

  private static func callbacks() async throws -> Int {
    let answering = try await otherPort()
    var left = count
    let (ended, end) = AsyncStream<Void>.makeStream()
    func next() {
      cal(answering, "ping", left, timeout: 60) { (_: Int) in
        left -= 1
        if left > 0 { next() } else { end.finish() }
      }
    }
    next()
    for await _ in ended {}
    return count
  }

  private static func awaited() async throws -> Int {
    let answering = try await otherPort()
    for i in 0..<count { let _: Int = try await cal(answering, "ping", i, timeout: 60) }
    return count
  }
}

/// Keeps the node of the other thread, which alone uses it, and its actor.
private enum Kept {
  nonisolated(unsafe) static var node: Node?
  nonisolated(unsafe) static var adder: Adder?
}
