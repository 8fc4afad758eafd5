import AEMPWire
public import AnyEvent

/// A node: a process's place in the network, on one event loop.
///
/// It owns its ports, its connections and its part of the global database; several nodes can live in
/// one process and on one loop. Everything runs on the loop's thread; only ``post(_:)`` may be called
/// from others. The Perl-named functions (`port`, `rcv`, `snd`, …) act on ``current``.
///
/// A new node has no name yet, and messages between its own ports work; `configure` joins it to the
/// network.
public final class Node {
  /// The event loop that the node runs on.
  public let loop: Loop
  /// For callbacks that may outlive the node.
  private(set) lazy var reference = Reference(self)
  /// What all parts go by.
  let limits = NodeLimits()
  /// When the node was made, by the loop's clock.
  private let startTime: Double
  /// The way to the network, and all other randomness and facts from outside, until the peers have it.
  private let initialSurroundings: NodeSurroundings
  /// What the names of ports begin with as long as the node has no name.
  private let firstPortPrefix: String

  // The parts, each of which knows those before it. Lazy, since the first two have to know this object.

  /// Its ports.
  private(set) lazy var kernel = Kernel(
    of: self, on: loop, limits: limits, portPrefix: firstPortPrefix)
  /// The other nodes.
  private(set) lazy var peers = Peers(
    of: self, kernel, limits: limits, surroundings: initialSurroundings)
  /// What may be called by its name.
  private(set) lazy var functions = Functions(kernel, peers)
  /// The node's part in the global database: `database["family"]`.
  public private(set) lazy var database = Database(kernel, peers)
  private(set) lazy var dataConnections = DataConnections(kernel, peers, functions, database)
  private(set) lazy var logs = Logs(kernel, peers, functions, database)
  private(set) lazy var nodePort = NodePort(kernel, peers, functions, database) { [unowned self] in
    status.messageValue
  }

  /// Called from the loop with a node id (also our own) when what waits for that node has come to exceed
  /// ``highWaterMark``, and again only after everything was sent meanwhile.
  ///
  /// Who is told may send less; ``whenDrained(_:_:)`` tells when to go on.
  public var onHighWater: ((_ node: String, _ queuedBytes: Int) -> Void)?

  /// A node without a name on this loop; messages between its ports work at once.
  public convenience init(on loop: Loop) {
    self.init(on: loop, surroundings: .machine(loop: loop))
  }

  /// The same with a network and a source of randomness of the caller's.
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
    // These two have functions that are called by their names.
    _ = (dataConnections, logs)
  }

  deinit {
    // First of all: nothing that the program lets go of may come back here.
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

  /// Seconds since the node was made, in whole milliseconds: the loop's clock tells no more.
  var uptime: Double { ((loop.monotonicNow - startTime) * 1e3).rounded() / 1e3 }

  /// Runs `job` on the node's loop, with the node as the current one.
  ///
  /// The one function that any thread may call.
  public nonisolated func post(_ job: @escaping @Sendable (Node) -> Void) {
    let node = SendableReference(self)
    loop.post {
      node.value.run { job(node.value) }
    }
  }
}

/// Carries a reference to the one thread that may use it.
private struct SendableReference: @unchecked Sendable {
  let value: Node

  init(_ value: Node) {
    self.value = value
  }
}

extension Node: PeersOwner {
  func entry(ofOther node: String) -> NodeEntry { peers.peer(node) }

  func handleOwnRequest(_ message: UnsafeBufferPointer<Value>, from entry: NodeEntry) {
    nodePort.handle(message, from: entry, isRelayed: true)
  }

  func handleRequest(_ message: UnsafeBufferPointer<Value>, from peer: Peer) {
    nodePort.handle(message, from: peer)
  }

  func tellHighWater(_ entry: NodeEntry) {
    guard onHighWater != nil else { return }
    kernel.defer(
      .job { [unowned self] in
        run { onHighWater?(entry.id, queuedBytes(for: entry.id)) }
      })
  }

  func nodeUp(_ id: String) { database.nodeUp(id) }
  func nodeDown(_ id: String) { database.nodeDown(id) }
  func seedUp(_ id: String, at address: String) { database.seedUp(id, at: address) }
  func hasNoSeeds() { database.becomeGlobal() }
  func globalIsLost(_ id: String) { database.giveUp(id) }
  func find(_ id: String) { database.find(id) }
  func cancelFind(_ id: String) { database.cancelFind(id) }

  func seedIsOurselves(_ address: String) {
    database.drop(seed: address)
    database.becomeGlobal()
  }

  func takeExpectation(_ id: String, from node: String) -> DataExpectation? {
    dataConnections.take(id, from: node)
  }
}
