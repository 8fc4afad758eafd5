import AnyEventMPDistributed
import AnyEventMPTesting

/// What happens in a run, as a bystander sees it.
///
/// Sendable: all of it happens on the network's thread.
final class Witness: @unchecked Sendable {
  private let loop: Loop
  /// How often each call was run.
  private(set) var runs: [Int: Int] = [:]

  init(_ loop: Loop) { self.loop = loop }

  func ran(_ number: Int) { runs[number, default: 0] += 1 }

  func sleep(_ seconds: Double) async throws {
    try await suspended(on: loop) { (wait: Suspension<Void>) in
      let timer = loop.timer(after: seconds) { wait.resume(returning: ()) }
      wait.takeBack = { timer.cancel() }
    }
  }
}

/// Keeps account of calls, each of which has a number of its own.
distributed actor Ledger {
  typealias ActorSystem = NodeActorSystem
  private let witness: Witness

  init(_ witness: Witness, actorSystem: NodeActorSystem) {
    self.witness = witness
    self.actorSystem = actorSystem
  }

  /// Takes its time; every seventh call throws.
  distributed func add(_ number: Int, taking seconds: Double) async throws -> Int {
    witness.ran(number)
    if seconds > 0 { try await witness.sleep(seconds) }
    if number % 7 == 0 { throw Refusal(number: number) }
    return number * 2
  }

  /// Has another ledger do it.
  distributed func relay(_ number: Int, taking seconds: Double, to other: Ledger) async throws
    -> Int
  {
    try await other.add(number, taking: seconds)
  }
}

/// Three hosts whose actors call each other while links are cut and hosts crash.
///
/// Every call ends, with its value, its error or one that is documented; none is run twice; and nothing is left.
final class FaultRun {
  private final class Member {
    let host: SimulatedHost
    var system: NodeActorSystem?
    var ledger: Ledger?

    init(_ host: SimulatedHost) { self.host = host }
  }

  /// A call and how it ended.
  private final class Call: @unchecked Sendable {
    // Sendable: all of it happens on the network's thread.
    let number: Int
    var task: Task<Void, Never>?
    var outcome: Result<Int, any Error>?
    var isCancelled = false
    var isRelayed = false
    /// The seconds it may take; most calls have to end without such a limit.
    var limit: Double?

    init(_ number: Int) { self.number = number }

    /// Makes the call within its limit.
    func limited(_ body: () async throws -> Int) async throws -> Int {
      guard let limit else { return try await body() }
      return try await NodeActorSystem.withTimeout(limit) { try await body() }
    }

    /// Whether its end by this error is one of those that are promised.
    func mayEnd(with error: DistributedCallError) -> Bool {
      switch error {
      case .actorDied, .systemClosed: true
      case .timedOut(let seconds): seconds == limit
      // What the call that the other actor has made has ended with.
      case .thrown: isRelayed
      case .refused, .unreadableReply, .unsendable, .notAnActor: false
      }
    }
  }

  private let network: SimulatedNetwork
  private let witness: Witness
  private var members: [Member] = []
  /// Whether each system that there has been is there still.
  private var systems: [() -> Bool] = []
  /// The ids of all ledgers there have been.
  private var ids: [PortID] = []
  private var calls: [Call] = []

  static let calls = 40

  init(seed: UInt64) throws {
    network = SimulatedNetwork(seed: seed)
    witness = Witness(network.loop)
    for index in 0..<3 {
      let host = try network.addHost(
        "n\(index)", seeds: Array(network.hosts.prefix(1)), monitorTimeout: 30)
      members.append(Member(host))
    }
    for member in members { try start(member) }
  }

  private func start(_ member: Member) throws {
    guard let node = try network.restart(member.host) else { return }
    let system = NodeActorSystem(on: node)
    system.recognize(Refusal.self)
    member.system = system
    systems.append { [weak system, weak node] in system != nil || node != nil }
    renew(member)
  }

  /// Gives a host another ledger in place of the one that it had.
  private func renew(_ member: Member) {
    guard let system = member.system else { return }
    let ledger = Ledger(witness, actorSystem: system)
    member.ledger = ledger
    ids.append(ledger.id)
  }

  /// How calls have ended.
  var endings: Set<String> {  // String keys: words of this file
    Set(
      calls.map { call in
        switch call.outcome {
        case .success: "value"
        case .failure(is Refusal): "its error"
        case .failure(is CancellationError): "cancelled"
        case .failure(DistributedCallError.timedOut): "timed out"
        case .failure(DistributedCallError.actorDied): "died"
        case .failure(DistributedCallError.systemClosed): "closed"
        case .failure(DistributedCallError.thrown): "relayed"
        default: "otherwise"
        }
      })
  }

  /// Runs it; returns what was wrong, and a text that equal runs share.
  func perform() throws -> (violations: [String], trace: String) {
    while calls.count < Self.calls {
      network.run(for: network.random.number(in: 0...3))
      if network.random.chance(0.7) { call() } else { try trouble() }
    }
    network.heal()
    for member in members where member.system == nil { try start(member) }
    network.run(for: 300)
    var violations = violations()
    for member in members { member.ledger = nil }
    network.run(for: 20)
    for member in members {
      guard let counts = member.system?.counts, counts != (0, 0, 0) else { continue }
      violations.append("\(member.host.name) has left over \(counts)")
    }
    let left = systems.count { $0() }
    if left > members.count { violations.append("of \(systems.count) systems \(left) are left") }
    let trace =
      "\(network.fingerprint) \(calls.map { "\($0.number): \(String(describing: $0.outcome))" })"
    network.close()
    return (violations, trace)
  }

  private func call() {
    guard let member = network.random.pick(members), let system = member.system,
      let id = network.random.pick(ids.suffix(6)), let other = network.random.pick(ids.suffix(6))
    else { return }
    let call = Call(calls.count + 1)
    calls.append(call)
    let seconds = network.random.chance(0.5) ? 0 : network.random.number(in: 0...20)
    call.limit = network.random.chance(0.3) ? network.random.number(in: 0.001...10) : nil
    call.isRelayed = network.random.chance(0.3)
    call.task = Task(executorPreference: network.executor) {
      do {
        let ledger = try Ledger.resolve(id: PortID(id.id), using: system)
        let value = try await call.limited {
          guard call.isRelayed else { return try await ledger.add(call.number, taking: seconds) }
          let other = try Ledger.resolve(id: PortID(other.id), using: system)
          return try await ledger.relay(call.number, taking: seconds, to: other)
        }
        call.outcome = .success(value)
      } catch {
        call.outcome = .failure(error)
      }
    }
  }

  private func trouble() throws {
    guard let member = network.random.pick(members), let other = network.random.pick(members) else {
      return
    }
    switch network.random.number(below: 8) {
    case 0: network.cut(member.host, other.host)
    case 1: network.partition([member.host], members.filter { $0 !== member }.map(\.host))
    case 2: network.heal()
    case 3:
      let low = network.random.number(in: 0...1)
      network.setConditions(
        LinkConditions(latency: low...low + 1), from: member.host, to: other.host)
    case 4, 5:
      if member.system != nil {
        network.random.chance(0.5) ? network.crash(member.host) : network.kill(member.host)
        member.system = nil
        member.ledger = nil
      } else {
        try start(member)
      }
    case 6: renew(member)
    default:
      guard let call = network.random.pick(calls.suffix(5)) else { return }
      call.isCancelled = true
      call.task?.cancel()
    }
  }

  private func violations() -> [String] {
    var violations: [String] = []
    for (number, count) in witness.runs where count > 1 {
      violations.append("call \(number) was run \(count) times")
    }
    for call in calls {
      let wasRun = witness.runs[call.number] != nil
      switch call.outcome {
      case nil: violations.append("call \(call.number) has not ended")
      case .success(let value):
        if value != 2 * call.number || !wasRun || call.number % 7 == 0 {
          violations.append("call \(call.number) has brought \(value)")
        }
      case .failure(let error as Refusal):
        if error.number != call.number || call.number % 7 != 0 || !wasRun {
          violations.append("call \(call.number) has brought \(error)")
        }
      case .failure(is CancellationError):
        if !call.isCancelled { violations.append("call \(call.number) was not cancelled") }
      case .failure(let error as DistributedCallError):
        if !call.mayEnd(with: error) {
          violations.append("call \(call.number) has ended with \(error)")
        }
      case .failure(let error): violations.append("call \(call.number) has ended with \(error)")
      }
    }
    return violations
  }
}
