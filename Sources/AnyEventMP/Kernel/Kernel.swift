internal import AEValue
import AnyEvent
import CAEBasics
import Synchronization

/// The local half of a node: its ports, deferred work, deaths and monitors.
///
/// It knows other nodes only as ``NodeEntry``, and works without a network. The loop's thread only.
final class Kernel {
  let loop: Loop
  /// Tells resolved port references of one node object from another's.
  let serial = NodeSerial.next()
  let limits: NodeLimits
  /// For callbacks that may outlive the node.
  private(set) lazy var reference = Reference(self)
  /// Our own entry: its id is the node id.
  let home = NodeEntry(id: "")
  /// The node, for cold edges only: no message passes it.
  unowned(unsafe) let owner: any KernelOwner

  @exclusivity(unchecked) var ports = PortTable()
  /// The port whose callback is running.
  @exclusivity(unchecked) var running: Unmanaged<LocalPort>?
  /// Whether a task has worked for a port of the node.
  @exclusivity(unchecked) var hasTasks = false
  /// Whether a task that works for another node's port asks that node instead, though this one is bound.
  @exclusivity(unchecked) var yieldsToTasks = false
  /// The node whose packet is being handled.
  @exclusivity(unchecked) var source: NodeEntry?
  /// The number of local sends that the running one is nested in.
  @exclusivity(unchecked) var depth = 0
  @exclusivity(unchecked) var deferred = DeferredWork()
  @exclusivity(unchecked) var isDrainScheduled = false
  @exclusivity(unchecked) var reasons = SharedReason()
  @exclusivity(unchecked) var monitorSerial: UInt64 = 0
  @exclusivity(unchecked) var firing = FiringMonitors()
  /// Whether messages are printed (`AE_MP_TRACE`).
  @exclusivity(unchecked) var isTracing = MessageTrace.isWanted {
    didSet { isDirect = !isTracing && DirectMessages.areWanted }
  }
  /// Whether messages may take the short ways, which leave no trace.
  @exclusivity(unchecked) var isDirect = !MessageTrace.isWanted && DirectMessages.areWanted
  /// The port of the last packet.
  @exclusivity(unchecked) var latest = LatestPort()
  /// Whether the sender of a message that cannot be sent wants to know why, instead of being killed.
  @exclusivity(unchecked) var notesRefusals = false
  /// Why the last message could not be sent.
  @exclusivity(unchecked) var refusal: String?
  /// Lends the text of packets to receivers of `BorrowedText`.
  let lender = TextLender()
  /// Dropped callbacks and ports that have to live until no callback runs.
  @exclusivity(unchecked) var retired = Retired()
  /// Whether ``retired`` holds any.
  @exclusivity(unchecked) var hasRetired = false
  /// The ports that others have spawned here.
  var spawned: SpawnedPorts
  /// The prefix of the names of new ports.
  var portPrefix: String
  /// The bytes that may wait for a node before the program is told; 0: it never is.
  @exclusivity(unchecked) var highWaterMark = 0
  /// Log lines that peers can cause as often as they like.
  let peerLog: PeerLog
  private var counter = PortCounter()
  private(set) var timers: [UInt64: TimerWatcher] = [:]
  private var timerSerial: UInt64 = 0

  /// A kernel without ports, whose owner the thread is bound to while callbacks run.
  init(of owner: some KernelOwner, on loop: Loop, limits: NodeLimits, portPrefix: String) {
    self.owner = owner
    self.loop = loop
    self.limits = limits
    self.portPrefix = portPrefix
    spawned = SpawnedPorts(limits: limits)
    peerLog = PeerLog(loop: loop, limits: limits)
  }

  /// The node id; empty before `configure`.
  var id: String { home.id }

  /// The name of the next port.
  func nextPortName(_ prefix: String? = nil) -> String { (prefix ?? portPrefix) + counter.next() }

  /// The kernel whose node is the current one of this thread.
  @inline(__always)
  static var bound: Unmanaged<Kernel>? { ae_get_current_node().map { .fromOpaque($0) } }

  /// Whether the node is the current one of this thread.
  @inline(__always)
  var isBound: Bool { ae_get_current_node() == Unmanaged.passUnretained(self).toOpaque() }

  /// Makes the node the current one of this thread until ``rebind(_:)`` gets the result.
  func bind() -> UnsafeMutableRawPointer? {
    let before = ae_get_current_node()
    ae_set_current_node(Unmanaged.passUnretained(self).toOpaque())
    return before
  }

  /// Makes the node current that was before.
  static func rebind(_ before: UnsafeMutableRawPointer?) { ae_set_current_node(before) }

  /// Runs `body` with the node as the current one of the thread.
  @discardableResult
  func run<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    if isBound { return try body() }
    loop.preconditionOnLoop()
    // A callback may drop the last reference to the node, which must live until the callback has returned.
    let owner: AnyObject = owner
    let before = bind()
    defer {
      Self.rebind(before)
      withExtendedLifetime(owner) {}
    }
    return try body()
  }

  /// Calls `callback` once, after so many seconds, as part of the port that is running now, unless that has died.
  func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
    let port = acting
    timerSerial += 1
    let serial = timerSerial
    timers[serial] = loop.timer(after: seconds) { [unowned self] in
      timers[serial] = nil
      if port == nil || port?.state == .alive { peval(port, callback) }
    }
  }

  /// Stops all timers.
  func stopTimers() {
    // Released when the table is empty: an object that goes with a timer may make another one.
    let timers = timers
    self.timers = [:]
    withExtendedLifetime(timers) {}
  }

  /// Releases the callbacks of all ports, since a callback may hold its own port.
  func dissolve() {
    _ = home.watching.removeAll()
    let callbacks = home.monitors.removeAll()
    withExtendedLifetime(callbacks) {}
    for port in ports.all {
      retire(port)
      _ = port.die()
    }
    latest.forget()
  }

  /// Logs a mistake of the program; of those that one node brings about by its messages a few a minute.
  func logMistake(_ text: String) {
    if let source {
      peerLog.log(.error, in: Log.kernel, text, similarTo: "\(source.id): mistakes")
    } else {
      AE.log(.error, in: Log.kernel, text)
    }
  }
}

/// The services of a node that its kernel needs, on cold edges.
protocol KernelOwner: AnyObject {
  /// The entry of another node; a new one if the node is unknown.
  func entry(ofOther node: String) -> NodeEntry
  /// Handles a message to the node's own port that has waited for the loop.
  func handleOwnRequest(_ message: UnsafeBufferPointer<Value>, from entry: NodeEntry)
  /// Tells the program, from the loop, that many bytes wait for a node.
  func tellHighWater(_ entry: NodeEntry)
}

/// Numbers the node objects of a process; 0 is none.
enum NodeSerial {
  private static let last = Atomic<UInt32>(0)

  static func next() -> UInt32 {
    last.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
