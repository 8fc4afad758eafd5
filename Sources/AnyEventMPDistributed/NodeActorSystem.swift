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
  /// Released on the loop's thread, whichever thread drops the system.
  private let residence: Unmanaged<Residence>
  private let portPrefix: String
  private let lastPort = Atomic<UInt64>(0)
  private let state: Mutex<State>

  /// The part of a system that any thread may use, one at a time.
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
    residence = .passRetained(Residence(node))
    loopExecutor = LoopExecutor(node.loop)
    executor = LoopTaskExecutor(node.loop)
    portPrefix = node.nextPortPrefix()
    state = Mutex(State(nodeID: node.id))
    node.onConfigure.append { [weak self] id in self?.noteNodeID(id) }
    node.onClose.append { [weak self] in self?.close() }
  }

  deinit { loop.releaseOnOwnThread(residence) }

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
    onLoop { [self] residence in
      // In the order in which they were made, so that equal runs are equal.
      for local in actors.values.sorted(by: { $0.number < $1.number }) {
        residence.node.kill(PortID("\(residence.node.id)#\(local.name)"))
      }
      AnySuspension.endAll(on: loop, for: self, throwing: DistributedCallError.systemClosed)
      residence.calledActors.stop()
      residence.runningCalls.stop()
    }
  }

  /// Whether the system or its node was closed.
  public var isClosed: Bool { withState { $0.isClosed } }

  /// The numbers of actors here, of waits, and of actors that are monitored for calls, for tests; on the loop's thread.
  package var counts: (actors: Int, waits: Int, monitors: Int) {
    (
      withState { $0.actors.count }, AnySuspension.count(on: loop, for: self),
      enter { $0.calledActors.count }
    )
  }

  // MARK: - Threads

  /// Calls `body` with the state that any thread may use.
  func withState<R>(_ body: (inout sending State) -> sending R) -> sending R {
    state.withLock(body)
  }

  /// Calls `body` as code of the node, as part of no port; on the loop's thread.
  func enter<R>(_ body: (Residence) -> R) -> R {
    residence._withUnsafeGuaranteedRef { residence in
      residence.node.outsideOfPorts { body(residence) }
    }
  }

  /// Calls `job` as code of the node on the loop's thread: at once if that is the calling one; from another thread not at
  /// all when the loop is closed.
  func onLoop(_ job: @escaping @Sendable (Residence) -> Void) {
    if loop.isOnOwnThread { enter(job) } else { loop.post { [self] in enter(job) } }
  }

  /// Waits, on any thread, for the result of the work that `start` begins on the loop's.
  ///
  /// - Throws: The error that ends the wait, `CancellationError`, and ``DistributedCallError/systemClosed``.
  func waiting<Value: Sendable>(
    _ start: @escaping @Sendable (Residence, Suspension<Value>) -> Void
  ) async throws -> Value {
    @Sendable func begin(_ wait: Suspension<Value>) {
      enter { residence in
        guard !isClosed else { return wait.resume(throwing: DistributedCallError.systemClosed) }
        makePorts(on: residence.node)
        start(residence, wait)
      }
    }
    do {
      if loop.isOnOwnThread { return try await suspended(on: loop, for: self, begin) }
      return try await suspendedAnywhere(on: loop, for: self, begin)
    } catch is CondVarError {
      throw DistributedCallError.systemClosed
    }
  }

  /// The executor of tasks that calls from other nodes run in.
  var callExecutor: (any TaskExecutor)? { placement == .loop ? executor : nil }

  /// The name of the next port.
  func nextPortName() -> String {
    portPrefix + String(lastPort.wrappingAdd(1, ordering: .relaxed).newValue, radix: 36)
  }
}

/// The part of a system that only the loop's thread may use.
final class Residence {
  let node: Node
  let calledActors: CalledActors
  /// The calls of other nodes that run here.
  let runningCalls: RunningCalls
  /// Takes listed actors from their lists when they end.
  var listed: [Listed: Subscription] = [:]

  init(_ node: Node) {
    self.node = node
    calledActors = CalledActors(of: node)
    runningCalls = RunningCalls(on: node)
  }

  deinit {
    // On another thread the loop is closed, and with it all that could be ended here.
    guard node.loop.isOnOwnThread else { return }
    calledActors.stop()
    runningCalls.stop()
  }
}
