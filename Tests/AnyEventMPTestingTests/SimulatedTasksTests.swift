import AnyEvent
import AnyEventMP
import AnyEventMPTesting
import Testing

/// Two nodes whose tasks wait for each other on virtual time.
private final class TaskRun: @unchecked Sendable {
  // Sendable: all of it happens on the network's thread.
  let network: SimulatedNetwork
  let server: SimulatedHost
  let client: SimulatedHost
  private var ending: Result<Void, any Error>?
  /// What the tasks have come to, each with its time.
  private(set) var trace: [String] = []

  init(seed: UInt64) throws {
    network = SimulatedNetwork(
      seed: seed, conditions: LinkConditions(latency: 0.01...0.3, splitting: 0.5, capacity: 3000))
    server = try network.addHost("server", monitorTimeout: 20)
    client = try network.addHost("client", seeds: [server], monitorTimeout: 20)
    network.run(for: 10)
  }

  deinit { network.close() }

  func note(_ text: String) { trace.append("\(network.time) \(text)") }

  /// What was noted, without the times.
  var steps: [Substring] { trace.map { $0.drop { $0 != " " }.dropFirst() } }

  /// The time at which something was noted.
  func time(of step: String) -> Double? {
    trace.first { $0.hasSuffix(" \(step)") }.flatMap { Double($0.prefix { $0 != " " }) }
  }

  /// Runs a task of a host's node until it has ended.
  func perform(
    on host: SimulatedHost, within seconds: Double = 600, _ body: @escaping () async throws -> Void
  ) throws {
    nonisolated(unsafe) let body = body
    ending = nil
    try #require(host.node).task { [self] in
      do { ending = .success(try await body()) } catch { ending = .failure(error) }
    }
    #expect(network.run(until: { self.ending != nil }, within: seconds))
    try ending?.get()
  }

  /// Starts a service with a mailbox, which answers after a while.
  func service() throws -> PortID {
    let port = try #require(server.node).run {
      port_async { [unowned self] in
        while true {
          let (number, reply) = try await get("double", as: Int.self, PortID.self)
          note("asked \(number)")
          try await AE.sleep(Double(number))
          snd(reply, 2 * number)
        }
      }
    }
    return PortID(port.id)
  }

  /// All kinds of waiting, one after the other.
  func performAll() throws {
    let service = try service()
    try perform(on: client) { [self] in
      async let lost = mon(service)
      let sum: Int = try await cal(service, "double", 3)
      note("reply \(sum)")
      do {
        _ = try await cal(service, "double", 50, timeout: 5)
      } catch let error as CallError {
        note("\(error)")
      }
      var changes = db_changes("names").makeAsyncIterator()
      note("names \(await changes.next()?.added ?? [])")
      db_set("names", "one", 1)
      note("names \(await changes.next()?.added ?? [])")
      network.partition([server], [client])
      note("lost \(try await lost[0])")
      network.heal()
      try await AE.sleep(60)
      note("slept")
    }
  }
}

@Suite("Tasks on the simulated network") struct SimulatedTasksTests {
  @Test("calls, mailboxes and sleep take the virtual time that lines and tasks take")
  func calls() throws {
    let run = try TaskRun(seed: 1)
    let service = try run.service()
    var replies: [Int] = []
    let before = run.network.time
    try run.perform(on: run.client) {
      replies.append(try await cal(service, "double", 4))
      replies.append(try await cal(service, "double", 0, timeout: 10))
    }
    #expect(replies == [8, 0])
    #expect(run.steps == ["asked 4", "asked 0"])
    // Four seconds of the service, and four ways of at least ten milliseconds.
    #expect(4.04...7 ~= run.network.time - before)
  }

  @Test("a time-out of cal and of get comes at its time")
  func timeouts() throws {
    let run = try TaskRun(seed: 2)
    let service = try run.service()
    run.note("begin")
    try run.perform(on: run.client) {
      do {
        _ = try await cal(service, "double", 100, timeout: 30)
      } catch CallError.timedOut {
        run.note("cal")
      }
    }
    var ended = false
    run.client.node?.run {
      _ = port_async {
        if try await get("never", timeout: 500) == nil { run.note("get") }
        ended = true
      }
    }
    #expect(run.network.run(until: { ended }, within: 600))
    let begin = try #require(run.time(of: "begin"))
    let late = try #require(run.time(of: "cal"))
    // The first steps of each are at most as far apart as the condition is asked.
    #expect(30...30.02 ~= late - begin)
    let none = try #require(run.time(of: "get"))
    #expect(500...500.02 ~= none - late)
  }

  @Test("mon tells of a lost node once its time is over, and of a port's end with its reason")
  func monitors() throws {
    let run = try TaskRun(seed: 3)
    let ending = try #require(run.server.node).run {
      port_async {
        try await AE.sleep(100)
        kil(SELF, "done", 7)
        try await AE.sleep(1)
      }
    }
    let service = try run.service()
    var reasons: [Message] = []
    try run.perform(on: run.client) {
      reasons.append(try await mon(PortID(ending.id)))
      run.network.partition([run.server], [run.client])
      run.note("cut")
      reasons.append(try await mon(service))
      run.note("lost")
      run.network.heal()
    }
    #expect(reasons.count == 2 && reasons.first == ["done", 7])
    let cut = try #require(run.time(of: "cut"))
    let lost = try #require(run.time(of: "lost"))
    #expect(1...120 ~= lost - cut)
  }

  @Test("the changes of a family come to a task of another node, merged while it sleeps")
  func changes() throws {
    let run = try TaskRun(seed: 4)
    var added: [[String]] = []
    try run.perform(on: run.client) {
      for await change in db_changes("names") {
        added.append(change.added)
        if added.count == 1 {
          for name in ["a", "b", "c"] { run.server.node?.database["names"].set(name, to: 1) }
          try await AE.sleep(30)
        } else {
          return
        }
      }
    }
    #expect(added == [[], ["a", "b", "c"]])
  }

  @Test("a run with the same seed happens exactly again", arguments: [UInt64(1), 7, 42])
  func repeated(seed: UInt64) throws {
    let runs = [
      try TaskRun(seed: seed), try TaskRun(seed: seed), try TaskRun(seed: seed + 1),
    ]
    for run in runs { try run.performAll() }
    for run in runs {
      let steps = run.steps
      #expect(steps.count == 8 && Array(steps.prefix(3)) == ["asked 3", "reply 6", "asked 50"])
      #expect(steps.contains { $0.hasSuffix("within 5.0 seconds") })
      #expect(steps.contains("names []") && steps.contains("names [\"one\"]"))
      #expect(steps.contains { $0.hasPrefix("lost ") } && steps.last == "slept")
    }
    #expect(runs[0].trace == runs[1].trace)
    #expect(runs[0].network.fingerprint == runs[1].network.fingerprint)
    #expect(runs[0].network.fingerprint != runs[2].network.fingerprint)
  }
}
