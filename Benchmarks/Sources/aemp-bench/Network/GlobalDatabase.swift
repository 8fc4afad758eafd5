import AnyEvent
import AnyEventMP
import Glibc

/// A database of many keys: how it reaches a new global node, and what one more change costs in it.
enum GlobalDatabase {
  private static let family = "bench"
  /// Set by each slave behind its keys; requests of one node keep their order.
  private static let complete = "bench-complete"

  /// A global node; it is ready when `slaves` have told it all their keys.
  static func serve(_ address: String, slaves: Int) throws {
    BenchNode.startServer(address)
    let server = port()
    whenComplete(slaves) {
      var report = Report(role: "server")
      report.add("rss_kb", ProcessMemory.resident)
      report.print()
    }
    BenchNode.ready(server)
    try BenchNode.runUntilStopped()
  }

  /// A slave that sets so many keys.
  static func fill(_ address: String, _ count: Int) throws {
    BenchNode.startClient(address)
    set(count, prefix: "\(getpid())")
    db_set(complete, NODE)
    try BenchNode.runUntilStopped()
  }

  /// A new global node; reports how long it takes until it has everything, and what that weighs.
  static func join(_ address: String, seed: String, _ count: Int, slaves: Int) throws {
    let memory = ProcessMemory.resident
    let watch = Stopwatch()
    // Its own address among the seeds makes it a global node.
    configure(
      nodeid: "joining", binds: [address], seeds: [address, seed], secret: BenchNode.secret,
      auth_offer: BenchNode.methods, auth_accept: BenchNode.methods, norc: true)
    whenComplete(slaves) {
      let seconds = watch.seconds
      let bytes = Double(ProcessMemory.resident - memory) * 1024
      db_keys(family) { keys in
        guard keys.count == count else { fail("\(keys.count) of \(count) keys have arrived") }
        var report = Report(role: "client")
        report.add("n", count)
        report.add("bytes", bytes / Double(count))
        report.add(watch, seconds: seconds)
        report.print()
      }
    }
    try BenchNode.runUntilStopped()
  }

  /// Sets one key `sets` times in a family of `count` others, for counting instructions.
  static func change(_ count: Int, sets: Int) throws {
    configure(
      nodeid: "lonely", binds: [], seeds: [], secret: String(repeating: "s", count: 64),
      norc: true)
    // "Empty" is one other key.
    set(count, prefix: "other")
    try flush()
    for number in 0..<sets {
      db_set(family, "key", number)
      // Deferred work is done a thousand pieces at a time.
      if number % 500 == 499 { try flush() }
    }
    try flush()
  }

  private static func set(_ count: Int, prefix: String) {
    for number in 0..<count { db_set(family, "\(prefix)#\(number)", ["127.0.0.1:\(number)"]) }
  }

  /// Waits until all that was set is in the database: an answer comes behind it.
  private static func flush() throws {
    let answered = AE.cv()
    db_keys("none") { _ in answered.send() }
    try answered.recv()
  }

  private static func whenComplete(_ slaves: Int, _ callback: @escaping () -> Void) {
    var isComplete = false
    db_mon(complete) { family, _, _, _ in
      guard !isComplete, family.count == slaves else { return }
      isComplete = true
      callback()
    }
  }
}
