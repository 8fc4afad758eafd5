import AnyEvent
import AnyEventMP
import Glibc

/// Strangers who connect and are refused: what each costs the node, and what is left of it.
enum Refusals {
  /// Has `count` strangers of that kind come one after the other, and reports processor time of the
  /// node's thread for each, and how much the resident size grew.
  ///
  /// The strangers are played by a thread of the same process, whose time does not count.
  static func measure(_ kind: String, _ count: Int) throws {
    guard let make = Stranger.kinds[kind] else { fail("there is no kind of stranger \(kind)") }
    configure(
      nodeid: BenchNode.serverID, binds: ["127.0.0.1:*"], secret: BenchNode.secret,
      limits: LimitArguments(
        max_strangers: Stranger.crowd, max_strangers_per_address: Stranger.crowd),
      norc: true)
    guard let address = Node.current.status.listeners.first,
      let port = parse_hostport(address).flatMap({ UInt16($0.service) })
    else { fail("the node does not listen") }

    // Whatever is made once is made by then.
    try run(count / 10, port, make())
    let residentBefore = ProcessMemory.resident
    let before = threadSeconds
    try run(count, port, make())
    var report = Report(role: "one")
    report.add("n", count)
    report.add("cpu_us", (threadSeconds - before) / Double(count) * 1e6)
    report.add("grown_kb", ProcessMemory.resident - residentBefore)
    report.print()
  }

  private static func run(_ count: Int, _ port: UInt16, _ stranger: Stranger) throws {
    // Sent on the loop only.
    let done = AE.cv()
    let loop = Node.current.loop
    let call = StrangerThread(count: count, port: port, stranger: stranger) {
      loop.post { done.send() }
    }
    call.start()
    try done.recv()
  }

  /// Processor seconds of the calling thread.
  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
