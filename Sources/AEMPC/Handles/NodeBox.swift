internal import AnyEvent
internal import AnyEventMP
internal import CAEMP
internal import Synchronization

/// The object behind an `aemp_node`: a node on a loop that its host runs.
///
/// C's references keep it, and it keeps itself until the node is closed. All members that are not atomic belong to
/// the loop's thread.
final class NodeBox: CHandle, @unchecked Sendable {
  enum State {
    /// Calls work.
    case open
    /// `aemp_node_close` was called; only the callbacks that wait for the end are still called.
    case closing
    /// Every handle is given back.
    case closed
  }

  let loop: Loop
  /// The node; not to be touched when the state is ``State/closed``.
  unowned(unsafe) let node: Node
  /// The node's short way to ports.
  let shortSender: ShortSender
  private var keptNode: Node?
  private var keptSelf: NodeBox?
  @exclusivity(unchecked) private(set) var state = State.open
  /// Whether the state is ``State/closed``, for any thread.
  let hasEnded = Atomic<Bool>(false)
  /// Whether the state is another than ``State/open``, for any thread.
  let isClosing = Atomic<Bool>(false)
  /// Whether the node has its id, which is never changed then, for any thread.
  let isNamed = Atomic<Bool>(false)
  /// How many C references there are.
  private let references = Atomic<Int>(1)
  /// How many forks were between the first node and the process that made this one.
  private let forks = aempc_fork_count()
  /// The callbacks that wait for the end.
  private var closings: [(aemp_node_cb?, UnsafeMutableRawPointer?)] = []
  /// User data that can be freed, from the loop.
  private var garbage: [(UnsafeMutableRawPointer?, aemp_free_cb)] = []
  /// The loop, if it is our own beneath a host's poll.
  let pump: Pump?
  /// Texts that C holds pointers to.
  let texts = TextStore()
  /// The timer that keeps the host's loop running.
  private var keepAlive: TimerWatcher?
  /// Whether a configuration that may still fail keeps the host's loop running, and nothing else does.
  private var isKeptAliveProvisionally = false
  /// The bind addresses that are being looked up.
  var lookUps: Guard?
  var isConfiguring = false
  /// Whether messages are traced because the environment says so.
  var isTracedByEnvironment = false
  /// Whether the process's log obeys the environment as long as the node lives.
  var followsEnvironment = false {
    didSet {
      guard followsEnvironment != oldValue else { return }
      if followsEnvironment {
        HostedNodes.followEnvironment()
      } else {
        HostedNodes.forgetEnvironment()
      }
    }
  }
  /// Why the port whose callback is running is to die when that returns.
  @exclusivity(unchecked) var death: PortDeath?
  var log = LineQueue<aemp_log_cb>()
  var trace = LineQueue<aemp_trace_cb>()

  init(loop: Loop, pump: Pump?) {
    self.loop = loop
    self.pump = pump
    let node = loop.perform { Node(on: loop) }
    self.node = node
    shortSender = node.shortSender
    node.isTraced = false
    keptNode = node
    keptSelf = self
    HostedNodes.add(self)
  }

  // MARK: References

  /// Adds a C reference; the first of them, and the first after a last one, keeps this object.
  func retain() {
    guard references.add(1, ordering: .relaxed).oldValue == 0 else { return }
    _ = Unmanaged.passUnretained(self).retain()
  }

  /// Drops a C reference; the last one of an open node closes it, on the loop's thread.
  func release() {
    guard references.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    // The child of a fork closes nothing, since the parent goes on with the same descriptors.
    guard !isForked || hasEnded.load(ordering: .acquiring) else { return }
    if !hasEnded.load(ordering: .acquiring) {
      // The pump has to wake before the loop closes its mailbox.
      wake()
      if loop.isOnLoop {
        if state == .open { close(flushing: 0, nil, nil) }
      } else {
        loop.post { [self] in if state == .open { close(flushing: 0, nil, nil) } }
      }
    }
    Unmanaged.passUnretained(self).release()
  }

  /// Whether this is the child of a fork, and the node its parent's.
  @inline(__always)
  var isForked: Bool { forks != aempc_fork_count() }

  /// Makes the descriptor of a pump readable: a call may have left work for the loop.
  @inline(__always)
  func wake() {
    if let pump, !pump.isStepping { loop.post {} }
  }

  /// Keeps the host's loop running, or not.
  func setKeepAlive(_ keeps: Bool) {
    isKeptAliveProvisionally = false
    loop.keepsLoopAlive = keeps
    // A timer keeps the loop running, because a node alone may have nothing to wait for.
    keepAlive = keeps ? loop.timer(after: 1e9, interval: 1e9) {} : nil
  }

  /// Keeps the host's loop running, at first until ``endProvision(isKept:)``.
  func keepAliveProvisionally() {
    guard keepAlive == nil else { return }
    setKeepAlive(true)
    isKeptAliveProvisionally = true
  }

  /// Goes on with ``keepAliveProvisionally()`` for good, or takes it back, unless the host has decided meanwhile.
  func endProvision(isKept: Bool) {
    if isKeptAliveProvisionally { setKeepAlive(isKept) }
  }

  // MARK: The end

  /// Leaves the network and gives everything back; see `aemp_node_close`.
  func close(flushing milliseconds: UInt32, _ done: aemp_node_cb?, _ ud: UnsafeMutableRawPointer?) {
    closings.append((done, ud))
    guard state == .open else { return }
    state = .closing
    isClosing.store(true, ordering: .releasing)
    keepAlive = nil
    lookUps = nil
    loop.perform {
      node.run {
        if milliseconds > 0, node.isConfigured {
          // The host's loop has to run until the sent messages have left.
          loop.keepsLoopAlive = true
          node.leave(within: Double(milliseconds) / 1e3) { [self] in closeLoop() }
        } else {
          node.close()
          closeLoop()
        }
      }
    }
  }

  private func closeLoop() { loop.close { [self] in end() } }

  /// The last handle is given back.
  private func end() {
    // The deinitializers of dropped callbacks may still send.
    node.isTraced = false
    HostedNodes.remove(self)
    node.dropCallbacks()
    log = LineQueue()
    trace = LineQueue()
    followsEnvironment = false
    state = .closed
    hasEnded.store(true, ordering: .releasing)
    keptNode = nil
    collect()
    pump?.isEnding = true
    let waiting = closings
    closings = []
    for (done, ud) in waiting { done?(handle, ud) }
    keptSelf = nil
  }

  // MARK: User data

  /// Frees user data, once: from the loop while there is one, else now.
  func dispose(_ ud: UnsafeMutableRawPointer?, _ free: @escaping aemp_free_cb) {
    if hasEnded.load(ordering: .acquiring) || isForked { return free(ud) }
    if loop.isOnLoop {
      garbage.append((ud, free))
      if garbage.count == 1, state == .open { loop.postpone { [self] in collect() } }
    } else {
      let data = PostedGarbage(ud, free, self)
      loop.post { data.hand() }
    }
  }

  private func collect() {
    while !garbage.isEmpty {
      let all = garbage
      garbage = []
      for (ud, free) in all { free(ud) }
    }
  }
}

/// User data that another thread has left for the loop; freed where it ends when the loop takes nothing.
private final class PostedGarbage: @unchecked Sendable {
  // Set on the loop, where the last reference may not be.
  private var isHanded = false
  private let ud: UnsafeMutableRawPointer?
  private let free: aemp_free_cb
  private let box: NodeBox

  init(_ ud: UnsafeMutableRawPointer?, _ free: @escaping aemp_free_cb, _ box: NodeBox) {
    self.ud = ud
    self.free = free
    self.box = box
  }

  /// The loop has come to this data.
  func hand() {
    isHanded = true
    box.dispose(ud, free)
  }

  deinit {
    if !isHanded { free(ud) }
  }
}
