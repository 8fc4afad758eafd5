public import AnyEventMP
public import Distributed
internal import Synchronization

/// Distributed actors on a node: an actor here is a port, and a call is a message with a reply.
///
///     distributed actor Greeter {
///       typealias ActorSystem = NodeActorSystem
///       distributed func greet(name: String) -> String { "Hello, \(name)!" }
///     }
///
///     let system = NodeActorSystem(on: node)
///     let greeter = Greeter(actorSystem: system)
///     system.checkIn(greeter, as: "the friendly one")
///
/// Other nodes get the actor by its id, which is a `PortID`, or by its name:
///
///     let greeter = try await system.find(Greeter.self, named: "the friendly one")
///     print(try await greeter.greet(name: "Joe"))
///
/// Actors may be made, called and dropped on any thread; the system makes the hop to the node's loop. The article
/// <doc:AnyEventMPDistributed> says what travels, and what a call can throw.
public final class NodeActorSystem: DistributedActorSystem, @unchecked Sendable {
  // Sendable: what other threads reach is constant or behind a lock, and the rest is used on the loop's thread only.
  /// An actor's id is the address of its port.
  public typealias ActorID = PortID
  /// Gathers the arguments of a call.
  public typealias InvocationEncoder = CallEncoder
  /// Hands out the arguments of a call.
  public typealias InvocationDecoder = CallDecoder
  /// Answers a call.
  public typealias ResultHandler = CallResultHandler
  /// Arguments and results are `Codable`.
  public typealias SerializationRequirement = any Codable

  /// Where calls from other nodes run whose actor has no executor of its own.
  public enum Placement: Hashable, Sendable {
    /// On the thread of the node's loop, without a change of threads: for actors that do not calculate for long.
    case loop
    /// On a thread of Swift's pool.
    case anywhere
  }

  /// The loop of the node.
  public let loop: Loop
  /// The seconds that a call may take; nil: until the actor dies or its node is lost.
  public let timeout: Double?
  /// Where calls from other nodes run.
  public let placement: Placement
  /// How many calls of each other node may run at a time; further ones are refused.
  public let maximumCalls: Int
  /// Runs tasks on the loop's thread: calls of a `Task(executorPreference: system.executor) { … }` change no threads.
  ///
  /// Tasks of a loop that is closed go on to their end, see `LoopTaskExecutor`.
  public let executor: any TaskExecutor
  /// Has actors share the loop's thread; they return it as their `unownedExecutor`.
  ///
  /// Jobs of a loop that is closed are still done, see `LoopExecutor`.
  public let loopExecutor: LoopExecutor
  private let home: Unmanaged<Node>
  private let portPrefix: String
  private let lastPort = Atomic<UInt64>(0)
  /// The calls of other nodes that run here; the loop's thread only.
  let runningCalls = RunningCalls()
  private let state: Mutex<State>
  /// The calls that wait for a reply; the loop's thread only.
  let pendingCalls: PendingCalls
  /// What ends with the system, by number; the loop's thread only.
  private var dependents: [UInt64: () -> Void] = [:]
  private var lastDependent: UInt64 = 0
  /// Takes listed actors from their lists when they end; the loop's thread only.
  var listed: [Listed: Subscription] = [:]

  /// What any thread may use, in turn.
  struct State {
    var nodeID: String
    var isClosed = false
    /// The actors of this node by the names of their ports.
    var actors: TextDictionary<LocalActor> = [:]
    var lastActor: UInt64 = 0
    /// Actors whose ports the loop has not made yet.
    var newcomers: [LocalActor] = []
    /// The errors that come back as themselves, by name.
    var errors: TextDictionary<KnownError> = [:]
    /// Their latest names, by type.
    var errorNames: [ObjectIdentifier: String] = [:]
    /// How methods are called in messages, by the names that Swift's runtime gives them.
    var methods: TextDictionary<String> = [:]
  }

  /// A system on a node, which it keeps; to be made on the loop's thread.
  ///
  /// A node that is to join a network is configured before its first actor is made: ids of actors begin with the
  /// node's id.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - placement: Where calls from other nodes run whose actor has no executor of its own.
  ///   - timeout: The seconds that a call may take; nil: until the actor dies or its node is lost.
  ///   - maximumCalls: How many calls of each other node may run at a time; further ones are refused.
  public init(
    on node: Node, placement: Placement = .loop, timeout: Double? = nil,
    maximumCalls: Int = 10_000
  ) {
    node.loop.preconditionOnLoop()
    loop = node.loop
    self.timeout = timeout
    self.placement = placement
    self.maximumCalls = maximumCalls
    home = .passRetained(node)
    pendingCalls = PendingCalls(of: node)
    loopExecutor = LoopExecutor(node.loop)
    executor = LoopTaskExecutor(node.loop)
    portPrefix = node.nextPortPrefix()
    state = Mutex(State(nodeID: node.id))
    node.onConfigure.append { [weak self] id in self?.noteNodeID(id) }
    node.onClose.append { [weak self] in self?.close() }
  }

  deinit {
    // Both are the loop's: a node goes on its thread.
    nonisolated(unsafe) let (calls, running) = (pendingCalls, runningCalls)
    let end: @Sendable () -> Void = { [owner = NodeOwner(home)] in
      calls.endAll(.systemClosed)
      running.stop()
      owner.release()
    }
    if loop.isHome { end() } else { loop.post(end) }
  }

  /// Ends all actors and calls of the system: waiting and later calls throw ``DistributedCallError/systemClosed``, and
  /// the methods that run for other nodes do so in cancelled tasks.
  ///
  /// `Node.close()` does so, too. Any thread may call it.
  public func close() {
    let actors = withState { state in
      state.isClosed = true
      defer {
        state.actors = [:]
        state.newcomers = []
      }
      return state.actors
    }
    onLoop { system in
      system.enter { node in
        // In the order in which they were made, so that equal runs are equal.
        for local in actors.values.sorted(by: { $0.number < $1.number }) {
          node.kill(PortID("\(node.id)#\(local.name)"))
        }
        system.pendingCalls.endAll(.systemClosed)
        system.runningCalls.stop()
        let dependents = system.dependents.sorted { $0.key < $1.key }
        system.dependents = [:]
        for (_, end) in dependents { end() }
      }
    }
  }

  /// Whether the system or its node was closed.
  public var isClosed: Bool { withState { $0.isClosed } }

  /// The numbers of actors here, of calls that wait, and of actors that are monitored for them, for tests.
  package var counts: (actors: Int, calls: Int, monitors: Int) {
    (withState { $0.actors.count }, pendingCalls.count, pendingCalls.monitors)
  }

  /// The number of waits that would end with the system, for tests; on the loop's thread.
  package var dependentCount: Int { dependents.count }

  // MARK: - Threads

  /// Calls `body` with what any thread may use.
  func withState<R>(_ body: (inout sending State) -> sending R) -> sending R {
    state.withLock(body)
  }

  /// Calls `body` as code of the node, as part of no port; on the loop's thread.
  func enter<R>(_ body: (Node) -> R) -> R {
    home._withUnsafeGuaranteedRef { node in node.outsideOfPorts { body(node) } }
  }

  /// Calls `job` on the loop's thread, at once if that is the calling one; false when the loop is closed.
  @discardableResult
  func onLoop(_ job: @escaping @Sendable (NodeActorSystem) -> Void) -> Bool {
    if loop.isHome {
      job(self)
      return true
    }
    return loop.post { [self] in job(self) }
  }

  /// The executor of tasks that calls from other nodes run in.
  var callExecutor: (any TaskExecutor)? { placement == .loop ? executor : nil }

  /// Has `end` called when the system is closed, unless the number is forgotten before; on the loop's thread.
  func addDependent(_ end: @escaping () -> Void) -> UInt64 {
    lastDependent += 1
    dependents[lastDependent] = end
    return lastDependent
  }

  /// Forgets what would end with the system.
  func removeDependent(_ number: UInt64) { dependents[number] = nil }

  /// The name of the next port.
  func nextPortName() -> String {
    portPrefix + String(lastPort.wrappingAdd(1, ordering: .relaxed).newValue, radix: 36)
  }
}

/// The reference of a system that has ended to its node: the loop's job drops it, or the loop that drops the job.
private final class NodeOwner: @unchecked Sendable {
  // Sendable: it is released once.
  private let home: Unmanaged<Node>
  private let isReleased = Atomic(false)

  init(_ home: Unmanaged<Node>) { self.home = home }

  deinit { release() }

  func release() {
    if !isReleased.exchange(true, ordering: .acquiringAndReleasing) { home.release() }
  }
}
