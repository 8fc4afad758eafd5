import AnyEvent
import AnyEventMP
import AnyEventMPDistributed

/// What the benchmark calls.
distributed actor Adder {
  typealias ActorSystem = NodeActorSystem

  distributed func add(_ number: Int) -> Int { number + 1 }
}

/// Calls one after the other: to a distributed actor of another node or of this one, and beside them by `cal`.
enum DistributedCalls {
  /// Has an actor, and a port that answers the same messages.
  static func serve(_ address: String) throws {
    BenchNode.startServer(address)
    let system = NodeActorSystem(on: Node.current)
    let adder = Adder(actorSystem: system)
    let plain = port()
    rcv(plain, "add(_:)") { (number: Int, reply: PortID) in snd(reply, "ok", number + 1) }
    system.checkIn(adder, as: "adder")
    BenchNode.ready(plain)
    try BenchNode.runUntilStopped()
    withExtendedLifetime(adder) {}
  }

  /// Calls the actor.
  static func call(_ address: String, _ count: Int) throws {
    BenchNode.startClient(address)
    let system = NodeActorSystem(on: Node.current)
    try measure(system, count, role: "distributed") {
      let adder = try await system.find(Adder.self, named: "adder")
      return { number in _ = try await adder.add(number) }
    }
  }

  /// Calls an actor of this node.
  static func callLocally(_ count: Int) throws {
    let system = NodeActorSystem(on: Node(on: .default))
    try measure(system, count, role: "local") {
      let adder = Adder(actorSystem: system)
      return { number in _ = try await adder.add(number) }
    }
  }

  /// Calls the port by `cal`.
  static func cal(_ address: String, to port: String, _ count: Int) throws {
    BenchNode.startClient(address)
    let done = AE.cv()
    let port = PortID(port)
    var latencies = Latencies(capacity: count)
    var left = count
    func next() {
      guard left > 0 else { return done.send() }
      left -= 1
      let start = Stopwatch.now
      AnyEventMP.cal(port, "add(_:)", left) { (_: String, _: Int) in
        latencies.add(Stopwatch.now - start)
        next()
      }
    }
    BenchNode.whenConnected { next() }
    try done.recv()
    var report = Report(role: "cal")
    latencies.add(to: &report)
    report.print()
  }

  private static func measure(
    _ system: NodeActorSystem, _ count: Int, role: String,
    _ prepare: @escaping @Sendable () async throws -> @Sendable (Int) async throws -> Void
  ) throws {
    let done = AE.cv(Latencies.self)
    Task(executorPreference: system.executor) {
      do {
        let call = try await prepare()
        var latencies = Latencies(capacity: count)
        for number in 0..<count {
          let start = Stopwatch.now
          try await call(number)
          latencies.add(Stopwatch.now - start)
        }
        done.send(latencies)
      } catch {
        done.croak("\(error)")
      }
    }
    let latencies = try done.recv()
    var report = Report(role: role)
    latencies.add(to: &report)
    report.print()
  }
}
