import AnyEventMP

/// A message to a port of this node, and one back.
enum LocalRows {
  static let rows = [
    Row(name: "local ping-pong, callbacks", aim: "", measure: callbacks),
    Row(name: "local ping-pong, awaited", aim: "at least 1,500,000/s", measure: awaited),
    Row(name: "local cal, callbacks", aim: "", measure: callCallbacks),
    Row(name: "local cal, awaited", aim: "", measure: callAwaited),
  ]

  private static let count = 200_000

  private static func callbacks() async throws -> Int {
    let answering = rcv(port(), "ping") { (i: Int, reply: PortID) in snd(reply, "pong", i) }
    var left = count
    let (ended, end) = AsyncStream<Void>.makeStream()
    let asking = port()
    rcv(asking, "pong") { (i: Int) in
      left -= 1
      if left > 0 { snd(answering, "ping", i + 1, asking) } else { end.finish() }
    }
    snd(answering, "ping", 0, asking)
    for await _ in ended {}
    for port in [answering, asking] { kil(port) }
    return count
  }

  private static func awaited() async throws -> Int {
    let answering = rcv(port(), "ping") { (i: Int, reply: PortID) in snd(reply, "pong", i) }
    var waiting: CheckedContinuation<Int, Never>?
    let asking = rcv(port(), "pong") { (i: Int) in
      let waiter = waiting
      waiting = nil
      waiter?.resume(returning: i)
    }
    var sum = 0
    for i in 0..<count {
      sum += await withCheckedContinuation {
        waiting = $0
        snd(answering, "ping", i, asking)
      }
    }
    for port in [answering, asking] { kil(port) }
    return sum == count * (count - 1) / 2 ? count : 0
  }

  private static func callCallbacks() async throws -> Int {
    let answering = rcv(port(), "ping") { (i: Int, reply: PortID) in snd(reply, i) }
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
    kil(answering)
    return count
  }

  private static func callAwaited() async throws -> Int {
    let answering = rcv(port(), "ping") { (i: Int, reply: PortID) in snd(reply, i) }
    for i in 0..<count { let _: Int = try await cal(answering, "ping", i, timeout: 60) }
    kil(answering)
    return count
  }
}
