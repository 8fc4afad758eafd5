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

  /// Tells resolved port references of one node object from another's.
  @usableFromInline let serial: UInt32

  /// For callbacks that may outlive the node.
  lazy var reference = NodeReference(self)

  /// Our own entry: its id is the node id.
  let home: NodeEntry
  /// The other nodes that matter at the moment.
  var entries: TextDictionary<NodeEntry> = [:]

  // Ports and local delivery
  @exclusivity(unchecked) var ports = PortTable()
  /// The port whose callback is running.
  @exclusivity(unchecked) var running: Unmanaged<LocalPort>?
  /// How many local sends the one that is running is nested in.
  @exclusivity(unchecked) var depth = 0
  @exclusivity(unchecked) var deferred = DeferredWork()
  @exclusivity(unchecked) var isDrainScheduled = false
  @exclusivity(unchecked) var reasons = SharedReason()
  var counter = PortCounter()
  var portPrefix: String
  @exclusivity(unchecked) var monitorSerial: UInt64 = 0
  @exclusivity(unchecked) var firing = FiringMonitors()
  /// Timers of `after` that have not fired.
  var timers: [UInt64: TimerWatcher] = [:]
  var timerSerial: UInt64 = 0
  /// What other nodes may call by name.
  var functions = FunctionTable()
  /// The ports that others have spawned here.
  var spawned = SpawnedPorts()

  /// What they may call with a data connection.
  var dataFunctions = DataFunctions()
  lazy var dataConnections = DataConnections(node: self)

  // The network
  var configuration: NodeConfiguration?
  /// What our handshakes are made of.
  var handshakeConfiguration = HandshakeConfiguration(nodeID: "")
  /// Key, certificate and whom we trust, if there is a certificate.
  var tls: TLSContext?
  lazy var switchboard = Switchboard(node: self)
  lazy var dials = DialQueue(node: reference) { $0.begin($1) }
  var dialPauses = DialPauses()
  /// How many addresses of one node are used.
  var addressLimit = Limit.maxAddresses.standard
  /// How many bytes the database may take that a global node merges.
  var databaseLimit = Limit.maxDatabase.standard
  /// How many database families one other node may monitor here, and how many questions of it may wait.
  var monitorLimit = Limit.maxMonitors.standard
  /// How many log messages of one other node are caught a second.
  var caughtLinesLimit = Limit.maxCaughtLines.standard
  lazy var seeds = SeedKeeper(node: self)
  lazy var heartbeat = Heartbeat(node: self)
  /// The node's part in the global database: `database["family"]`.
  public private(set) lazy var database = Database(node: self)
  var nodeWatchers = NodeWatchers()
  var listeners: [any NodeListener] = []
  /// The way to the network, and all other randomness and facts from outside.
  var surroundings: NodeSurroundings
  /// Limits on what is sent and received.
  var limits = CodecLimits(
    maximumSize: Limit.maxPacket.standard, maximumDepth: Limit.maxDepth.standard,
    maximumValues: Limit.maxValues.standard)
  /// How many bytes may wait for one node before it is given up and its monitors fire; 0: any number.
  ///
  /// 256 MiB by default. ``queuedBytes(for:)`` tells how many wait, ``whenDrained(_:_:)`` when none do. As
  /// many bytes of messages between ports of this node may wait for the event loop; the port that one
  /// more is for is killed, with the reason `too_much_queued`.
  public var queueLimit = Limit.maxQueue.standard { didSet { queueLimitsChanged() } }
  /// How many bytes may wait for all other nodes together, 512 MiB by default; 0: any number.
  ///
  /// Beyond, the connected node that most waits for is given up, and its monitors fire. Of nodes that are
  /// not connected, for which a quarter may wait, it is the one that the next message is for.
  public var queuesLimit: Int {
    get { queues.limit }
    set { queues.limit = newValue }
  }
  /// What waits for all other nodes together.
  var queues = QueueTotal()
  /// How many bytes a name may have, 4096 by default: that of a port, a function, a node, a database
  /// family or a key in one.
  ///
  /// To be set before `configure`. A request that uses a longer one is refused, with a line in the log, and
  /// the port that sends to a node of such a name is killed with the reason `die`.
  public var nameLimit = Limit.maxName.standard
  /// How many bytes may wait for one node before ``onHighWater`` is called; 0: never called.
  public var highWaterMark = 0 { didSet { queueLimitsChanged() } }
  /// Called from the loop with a node id (also our own) when what waits for that node has come to exceed
  /// ``highWaterMark``, and again only after everything was sent meanwhile.
  ///
  /// Who is told may send less; ``whenDrained(_:_:)`` tells when to go on.
  public var onHighWater: ((_ node: String, _ queuedBytes: Int) -> Void)?
  /// Called from the loop when an attempt to connect to a node has failed.
  package var onFailedDial: ((FailedDial) -> Void)?
  lazy var peerLog = PeerLog(loop: loop)
  /// Whose messages are sent to catchers, and where caught ones are logged.
  var logSystem = LogSystem.shared
  /// Sends our log messages to other nodes, once one has asked for them.
  var logSender: LogSender?
  /// Catches the log messages of other nodes.
  var logCatching: LogCatching?
  /// The node whose packet is being handled.
  var sourceNode: NodeEntry?
  /// When the node was made, by the loop's clock.
  let startTime: Double
  /// Whether ``close()`` was called.
  var isClosed = false
  /// Whether messages are printed (`AE_MP_TRACE`).
  @exclusivity(unchecked) var isTracing: Bool

  /// A node without a name on this loop; messages between its ports work at once.
  public convenience init(on loop: Loop) {
    self.init(on: loop, surroundings: .machine(loop: loop))
  }

  /// The same with a network and a source of randomness of the caller's.
  package init(on loop: Loop, surroundings: NodeSurroundings) {
    self.loop = loop
    self.surroundings = surroundings
    startTime = loop.monotonicNow
    serial = NodeSerial.next()
    home = NodeEntry(id: "")
    portPrefix = UniqueName.uniq(
      processID: surroundings.processID, time: loop.time, using: &self.surroundings.random)
    isTracing = MessageTrace.isWanted
  }

  deinit {
    reference.clear()
    dissolve()
  }

  /// The node id; empty before `configure`.
  ///
  /// Corresponds to Perl's `$NODE`.
  public var id: String { home.id }

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
