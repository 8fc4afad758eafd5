import AnyEventMPDistributed
import AnyEventMPTesting
import Testing

/// An error that is known by its type.
struct Refusal: Error, Codable, Hashable {
  let number: Int
}

/// An error of which only the text travels.
struct Oddity: Error, CustomStringConvertible {
  var description: String { "an oddity" }
}

struct Point: Codable, Hashable, Sendable {
  var x: Int
  var label: String?
}

/// What no encoder takes.
struct Unencodable: Codable, Sendable {
  init() {}
  init(from decoder: any Decoder) throws { throw Oddity() }
  func encode(to encoder: any Encoder) throws { throw Oddity() }
}

distributed actor Greeter {
  typealias ActorSystem = NodeActorSystem

  private var greetings = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  distributed var total: Int { greetings }

  distributed func greet(name: String) -> String {
    greetings += 1
    return "Hello, \(name)!"
  }

  distributed func note() { greetings += 1 }

  distributed func mix(_ point: Point, _ names: [String], flag: Bool?) -> [String] {
    ["\(point.x)", point.label ?? "none"] + names + [flag.map { "\($0)" } ?? "nil"]
  }

  distributed func refuse(_ number: Int) throws { throw Refusal(number: number) }

  distributed func oddly() throws -> Int { throw Oddity() }

  distributed func twice(_ number: Int) -> Int { 2 * number }
  distributed func twice(_ text: String) -> String { text + text }

  distributed func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

  distributed func unencodable() -> Unencodable { Unencodable() }

  distributed func take(_ value: Unencodable) {}

  distributed func generic<T: Codable & Sendable>(_ value: T) -> T { value }

  /// Answers only after ``release()``.
  distributed func wait() async -> Int {
    await withCheckedContinuation { waiting.append($0) }
    return greetings
  }

  distributed func release() {
    let waiting = waiting
    self.waiting = []
    for task in waiting { task.resume() }
  }

  distributed var waiters: Int { waiting.count }

  /// Has another greeter greet.
  distributed func pass(to other: Greeter, name: String) async throws -> String {
    "passed: " + (try await other.greet(name: name))
  }

  distributed func itself() -> Greeter { self }
}

/// Another type, with a method of the same name.
distributed actor Stranger {
  typealias ActorSystem = NodeActorSystem
  distributed func greet(name: String) -> String { "Who is \(name)?" }
  distributed func secret() -> Int { 42 }
}

/// What the program that calls knows of an actor.
@Resolvable
protocol Counting: DistributedActor where ActorSystem == NodeActorSystem {
  distributed func count(by step: Int) -> Int
}

distributed actor Counter: Counting {
  typealias ActorSystem = NodeActorSystem
  private var sum = 0

  distributed func count(by step: Int) -> Int {
    sum += step
    return sum
  }
}

/// An actor that shares the loop's thread.
distributed actor Neighbour {
  typealias ActorSystem = NodeActorSystem
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    actorSystem.loopExecutor.asUnownedSerialExecutor()
  }

  distributed func isOnLoop() -> Bool { actorSystem.loop.isOnLoop }
}

/// Two connected hosts on a simulated network, each with an actor system.
///
/// Sendable: all of it is used on the network's thread.
final class TwoHosts: @unchecked Sendable {
  let network: SimulatedNetwork
  let first: SimulatedHost
  let second: SimulatedHost
  let here: NodeActorSystem
  let there: NodeActorSystem

  init(seed: UInt64, timeout: Double?) throws {
    network = SimulatedNetwork(seed: seed)
    first = try network.addHost("here", monitorTimeout: 30)
    second = try network.addHost("there", seeds: [first], monitorTimeout: 30)
    network.run(for: 5)
    here = NodeActorSystem(on: try #require(first.node), timeout: timeout)
    there = NodeActorSystem(on: try #require(second.node), timeout: timeout)
  }

  /// A proxy here of an actor there.
  func proxy(of greeter: Greeter) throws -> Greeter {
    try Greeter.resolve(id: PortID(greeter.id.id), using: here)
  }

  /// A port there that answers calls itself.
  func port(_ answer: @escaping (Message) -> Void) throws -> PortID {
    let node = try #require(second.node)
    return PortID(node.run { AnyEventMP.port { message in answer(message) } }.id)
  }

  /// What an actor answers to a message from a port here, as `cal` sends it.
  func reply(_ actor: PortID, _ message: Message) async throws -> Message {
    let node = try #require(first.node)
    return try await suspended(on: network.loop) { wait in
      node.call(PortID(actor.id), message: message, timeout: 10) { wait.resume(returning: $0) }
    }
  }

  /// Calls that wait in an actor, as many as its system lets run for a node.
  func fill(
    _ proxy: Greeter, of greeter: Greeter, with count: Int
  ) async throws -> [Task<Int, any Error>] {
    let calls = (0..<count).map { _ in task { try await proxy.wait() } }
    try await until { try await greeter.waiters == count }
    return calls
  }

  /// The ids of the first greeters that are listed; with a pause after each.
  func listed(_ count: Int, pause: Double = 0) -> Task<[PortID], any Error> {
    task { [self] in
      var ids: [PortID] = []
      for await greeter in here.listing(of: Greeter.self) {
        ids.append(greeter.id)
        if ids.count == count { break }
        if pause > 0 { try await sleep(pause) }
      }
      return ids
    }
  }

  /// Lets time pass.
  func sleep(_ seconds: Double) async throws {
    try await suspended(on: network.loop) { (wait: Suspension<Void>) in
      let timer = network.loop.timer(after: seconds) { wait.resume(returning: ()) }
      wait.takeBack = { timer.cancel() }
    }
  }

  /// Waits until a condition holds.
  func until(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<10_000 {
      if try await condition() { return }
      try await sleep(0.01)
    }
    Issue.record("the condition was never met")
  }

  /// A task beside the test's own.
  func task<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) -> Task<R, any Error> {
    Task(executorPreference: network.executor) { try await body() }
  }
}

/// Calls `body` as a task on the network, and looks for what it leaves behind.
func withTwoHosts(
  seed: UInt64 = 1, timeout: Double? = nil,
  _ body: @escaping @Sendable (TwoHosts) async throws -> Void
) throws {
  let two = try TwoHosts(seed: seed, timeout: timeout)
  defer { two.network.close() }
  try two.network.run { try await body(two) }
  two.network.run(for: 20)
  #expect(two.here.counts == (0, 0, 0) && two.there.counts == (0, 0, 0))
}

/// The error of a distributed call that `body` throws; nil when it throws another one, or none.
func callError(_ body: () async throws -> Void) async -> DistributedCallError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? DistributedCallError
  }
}
