import AEMPWire
internal import AEValue
public import AnyEvent

/// A node: a process's place in the network, on one event loop.
///
/// It owns its ports, its connections and its part of the global database; several nodes can live
/// in one process and on one loop. Everything runs on the loop's thread; only ``post(_:)`` may be
/// called from other threads. The Perl-named functions (`port`, `rcv`, `snd`, …) act on
/// ``current``.
///
/// A new node has no id yet, but messages between its own ports work; `configure` joins it to the
/// network.
public final class Node {
  /// The event loop that the node runs on.
  public let loop: Loop
  /// A reference for callbacks that may outlive the node.
  private(set) lazy var reference = Reference(self)
  /// The limits, which all parts share.
  let limits = NodeLimits()
  /// The time at which the node was made, by the loop's clock.
  private let startTime: Double
  /// The network, and everything else that comes from outside the node, until ``peers`` exists.
  private let initialSurroundings: NodeSurroundings
  /// The prefix of port names while the node has no id.
  private let firstPortPrefix: String

  // The parts; each uses only those before it. They are lazy because the first two need a reference to this object.

  /// The ports of the node.
  private(set) lazy var kernel = Kernel(
    of: self, on: loop, limits: limits, portPrefix: firstPortPrefix)
  /// The other nodes.
  private(set) lazy var peers = Peers(
    of: self, kernel, limits: limits, surroundings: initialSurroundings)
  /// The functions that can be called by name.
  private(set) lazy var functions = Functions(kernel, peers)
  /// The node's part in the global database: `database["family"]`.
  public private(set) lazy var database = Database(kernel, peers)
  private(set) lazy var dataConnections = DataConnections(kernel, peers, functions, database)
  private(set) lazy var logs = Logs(kernel, peers, functions, database)
  private(set) lazy var nodePort = NodePort(kernel, peers, functions, database, control) {
    [unowned self] in
    let told = status.messageValue
    // The answers are in the next one.
    peers.measureRoundTrips()
    return told
  }
  private(set) lazy var control = NodeControl(
    kernel, peers, reload: { [unowned self] in try reload() },
    leave: { [unowned self] in onLeaveRequest })

  /// Called from the loop when another node asks this one to leave, as `aemp leave` does.
  ///
  /// A program sets it to say that others may, and to call ``leave(within:_:)`` and end in its own way;
  /// without it, and in a node that is `secure`, the request is refused.
  public var onLeaveRequest: (() -> Void)?

  /// The arguments of `configure`, and the file that was looked at, to be read again.
  var source: (arguments: ConfigurationArguments, file: ConfigurationFile)?
  /// Watches for the signal that has the configuration read again.
  var hangup: SignalWatcher?

  /// Called once by `configure` with the node's id, for parts that are built on the node and made before.
  package var onConfigure: [(_ id: String) -> Void] = []

  /// Called once by ``close()``, for parts that are built on the node.
  package var onClose: [() -> Void] = []

  /// How often a supervisor has started the node's process again, as far as it has told.
  package var restartCount = 0

  /// Called from the loop with a node id and the number of bytes that wait for that node, when it
  /// exceeds ``highWaterMark``.
  ///
  /// The node may be this one. It is called again only after everything was sent meanwhile. A
  /// program may send less then; ``whenDrained(_:_:)`` calls back when it can go on.
  public var onHighWater: ((_ node: String, _ queuedBytes: Int) -> Void)?

  /// A node without an id on this loop; messages between its ports work at once.
  public convenience init(on loop: Loop) {
    self.init(on: loop, surroundings: .machine(loop: loop))
  }

  /// A node with a network and a source of randomness of its own.
  package init(on loop: Loop, surroundings: NodeSurroundings) {
    var surroundings = surroundings
    self.loop = loop
    startTime = loop.monotonicNow
    firstPortPrefix = UniqueName.uniq(
      processID: surroundings.processID, time: loop.time, using: &surroundings.random)
    initialSurroundings = surroundings
    database.onFound = { [unowned self] node, binds in
      peers.found(node, binds)
      dataConnections.found(node, binds)
    }
    functions.registerService("AnyEvent::MP::Global::") { [unowned self] _ in
      database.becomeGlobal()
    }
    // Both register functions, so they must exist from the start.
    _ = (dataConnections, logs)
    addDebugTopics()
  }

  deinit {
    // These come first, so that deinitializers of the program's objects cannot reach the node any more.
    reference.clear()
    kernel.reference.clear()
    peers.reference.clear()
    database.reference.clear()
    dissolve()
  }

  /// The node id; empty before `configure`.
  ///
  /// Corresponds to Perl's `$NODE`.
  public var id: String { kernel.home.id }

  /// The seconds since the node was made, in whole milliseconds, because the loop's clock is no finer.
  var uptime: Double { ((loop.monotonicNow - startTime) * 1e3).rounded() / 1e3 }

  /// Runs `job` on the node's loop, with the node as the current one.
  ///
  /// Any thread may call it.
  public nonisolated func post(_ job: @escaping @Sendable (Node) -> Void) {
    let node = SendableReference(self)
    loop.post {
      node.value.run { job(node.value) }
    }
  }
}

/// Carries a reference to the loop's thread, which alone may use it.
private struct SendableReference: @unchecked Sendable {
  let value: Node

  init(_ value: Node) {
    self.value = value
  }
}

extension Node: PeersOwner {
  func entry(ofOther node: String) -> NodeEntry { peers.peer(node) }

  func handleOwnRequest(_ message: UnsafeBufferPointer<Value>, from sender: NodeEntry) {
    nodePort.handle(message, from: sender, isRelayed: true)
  }

  func handleRequest(_ message: UnsafeBufferPointer<Value>, from peer: Peer) {
    nodePort.handle(message, from: peer)
  }

  func tellHighWater(_ node: NodeEntry) {
    guard onHighWater != nil else { return }
    kernel.defer(
      .job { [unowned self] in
        run { onHighWater?(node.id, queuedBytes(for: node.id)) }
      })
  }

  func nodeUp(_ id: String) { database.nodeUp(id) }
  func nodeDown(_ id: String) { database.nodeDown(id) }
  func seedUp(_ id: String, at address: String) { database.seedUp(id, at: address) }
  func hasNoSeeds() { database.becomeGlobal() }
  func globalIsLost(_ id: String) { database.giveUp(id) }
  func find(_ id: String) { database.find(id) }
  func cancelFind(_ id: String) { database.cancelFind(id) }

  func seedDropped(at address: String) { database.drop(seed: address) }

  func seedIsOurselves(_ address: String) {
    database.drop(seed: address)
    database.becomeGlobal()
  }

  func takeExpectation(_ id: String, from node: String) -> DataExpectation? {
    dataConnections.take(id, from: node)
  }
}

/// The node for which a task was started.
struct NodeOfTask: @unchecked Sendable {
  @TaskLocal static var current: NodeOfTask?

  let node: Node
}

/// The process's node: the node of the main thread when no other is bound.
private nonisolated(unsafe) var defaultNode: Node?
/// Whether tasks work for ports of other nodes on the main thread; used there only.
private nonisolated(unsafe) var othersHaveTasks = false

extension Node {
  /// The node that the Perl-named functions use on this thread.
  ///
  /// It is the node whose callback is running or that ``run(_:)`` binds, or the one for whose port the running task
  /// works; only the main thread falls back to the process's node, which lives on `Loop.default`.
  public static var current: Node { currentKernel._withUnsafeGuaranteedRef { node(of: $0) } }

  /// The node that is bound to this thread, if any; none is made.
  package static var bound: Node? { Kernel.bound?._withUnsafeGuaranteedRef { node(of: $0) } }

  /// The node that owns the kernel.
  @inline(__always)
  static func node(of kernel: Kernel) -> Node {
    unsafeDowncast(kernel.owner, to: Node.self)
  }

  /// Whether this node is bound to this thread.
  package var isBound: Bool { kernel.isBound }

  /// Binds the node like ``run(_:)``, but without a closure: until ``rebind(_:)`` gets the result.
  package func bind() -> UnsafeMutableRawPointer? { kernel.bind() }

  /// Binds the node that was bound before.
  package static func rebind(_ before: UnsafeMutableRawPointer?) { Kernel.rebind(before) }

  /// The kernel of the current node, not retained: code that binds a node to a thread retains it.
  @inline(__always)
  static var currentKernel: Unmanaged<Kernel> {
    guard let bound = Kernel.bound else { return unboundKernel() }
    return bound._withUnsafeGuaranteedRef { $0.yieldsToTasks } ? kernelOfTask ?? bound : bound
  }

  /// The kernel of a task for a port, or of the process's node.
  @inline(never)
  private static func unboundKernel() -> Unmanaged<Kernel> { kernelOfTask ?? bindDefault() }

  /// The kernel of the port that the running task works for, where no callback of a port is running.
  private static var kernelOfTask: Unmanaged<Kernel>? {
    if let bound = Kernel.bound, bound._withUnsafeGuaranteedRef({ $0.running != nil }) {
      return nil
    }
    return PortTask.current?.kernel.map { .passUnretained($0) }
  }

  /// Notes that tasks work for the node's ports, which ``current`` has to find.
  func noteTasks() {
    guard !kernel.hasTasks else { return }
    kernel.hasTasks = true
    // The process's node stays bound to the main thread; it must not be taken for the node of another one's tasks.
    guard Loop.isMainThread, self !== defaultNode else { return }
    othersHaveTasks = true
    defaultNode?.kernel.yieldsToTasks = true
  }

  private static func bindDefault() -> Unmanaged<Kernel> {
    // The task keeps it, and it is used on the loop's thread.
    if let node = NodeOfTask.current?.node, node.loop.isOnLoop {
      return .passUnretained(node.kernel)
    }
    guard Loop.isMainThread else {
      misuse(
        "no node is bound to this thread: call the function inside node.run { } or node.post { }")
    }
    let node = defaultNode ?? Node(on: Loop.default)
    defaultNode = node
    if othersHaveTasks { node.kernel.yieldsToTasks = true }
    _ = node.kernel.bind()
    return .passUnretained(node.kernel)
  }

  /// Runs `body` with this node as the current one of the thread.
  ///
  /// To be called on the loop's thread.
  @discardableResult
  public func run<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    try kernel.run(body)
  }
}

extension Node {
  /// Leaves the network: closes all connections and listeners and stops all timers.
  ///
  /// Messages sent before are handed to the kernel as far as it takes them; monitors of this node
  /// on other nodes don't fire any more. The ports stay, and messages between them work. Tasks that wait
  /// for something of the node get a ``NodeClosedError``. The loop runs on. To be called on the loop's thread.
  public func close() {
    loop.preconditionOnLoop()
    // Objects that are released below may close the node again.
    if peers.markClosed(), peers.configuration != nil { loop.guests -= 1 }
    hangup = nil
    logs.stop()
    dataConnections.stop()
    kernel.stopTimers()
    peers.close()
    AnySuspension.endAll(on: loop, for: self, throwing: NodeClosedError())
    let callbacks = onClose
    onClose = []
    for callback in callbacks { callback() }
  }

  /// Leaves the network like ``close()``, but only after all sent messages have arrived.
  ///
  /// For a program that ends: each connection ends behind the messages that the running callbacks
  /// send, and the other nodes close it when they have read them. Their monitors on ports of this node
  /// fire with the reason `leaving`, the node's id and a text, and its database entries go. Messages that
  /// wait for a node that is not connected yet are lost. To be called on the loop's thread.
  ///
  /// - Parameters:
  ///   - seconds: the time (s) to wait for nodes that don't answer, or don't take the messages.
  ///   - callback: called once from the loop when all connections have ended, or the time is over.
  public func leave(within seconds: Double = 2, _ callback: @escaping () -> Void = {}) {
    loop.preconditionOnLoop()
    // The answer to the request to leave, which may be sent after this call, goes first.
    loop.postpone { [reference] in
      guard let node = reference.object else { return callback() }
      node.run { node.peers.announceLeaving() }
      let farewell = Farewell(node.peers.release(), callback)
      node.close()
      farewell.begin(on: node.loop, within: seconds)
    }
  }

  /// Breaks reference cycles: connections, and callbacks that capture their own port.
  func dissolve() {
    logs.dissolve()
    peers.dissolve()
    functions.dissolve()
    dataConnections.dissolve()
    kernel.dissolve()
  }
}
