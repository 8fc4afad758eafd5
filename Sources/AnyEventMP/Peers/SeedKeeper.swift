import AnyEvent

/// Keeps a node connected to its seeds and, when it is global, to the other global nodes.
final class SeedKeeper {
  private unowned let peers: Peers
  private(set) var targets: [ReconnectTarget] = []
  /// How long (s) a lost global node is dialled, so that a partition heals; afterwards it must come.
  private static let patience = 3600.0

  init(peers: Peers) {
    self.peers = peers
  }

  /// Dials every seed; without any nobody can be asked, and the node keeps its own database.
  func start(_ addresses: [String]) {
    if addresses.isEmpty { peers.owner.hasNoSeeds() }
    for address in addresses {
      let policy = ReconnectPolicy(unit: 0.6...1.2, maximum: peers.monitorTimeout)
      targets.append(ReconnectTarget(.seed(address), policy: policy))
    }
    for target in targets { dial(target) }
  }

  /// Keeps a connection to another global node from now on.
  func keepConnected(_ id: String) {
    guard id != peers.id, !targets.contains(where: { $0.purpose == .global(id) }) else { return }
    let policy = ReconnectPolicy(unit: 0.3...0.6, maximum: peers.monitorTimeout)
    let target = ReconnectTarget(.global(id), policy: policy)
    targets.append(target)
    dial(target)
  }

  /// A node is not global any more.
  func letGo(_ id: String) {
    targets.removeAll { $0.purpose == .global(id) }
  }

  /// A node has become connected, by whatever way.
  func nodeUp(_ id: String) {
    for target in targets where target.nodeID == id { connected(target) }
  }

  /// A connection is lost, or could not be made.
  func nodeDown(_ id: String) {
    for target in targets where target.nodeID == id {
      let connectedSince = target.connectedSince
      target.connectedSince = nil
      // A dial of its own that is still under way ends by itself, and then it goes on.
      if target.isDialling { continue }
      guard let since = connectedSince else {
        if target.retry == nil { failed(target) }
        continue
      }
      let delay = target.policy.delayAfterLoss(
        lasted: peers.loop.monotonicNow - since, using: &peers.surroundings.random)
      schedule(target, after: delay)
    }
  }

  /// Stops all attempts.
  func stop() {
    targets = []
  }

  private func dial(_ target: ReconnectTarget) {
    target.retry = nil
    if let id = target.nodeID, peers.link(to: id) != nil { return connected(target) }
    switch target.purpose {
    case .seed(let address): dialSeed(target, address)
    case .global(let id): peers.connect(to: peers.peer(id), isUrgent: false)
    }
  }

  private func dialSeed(_ target: ReconnectTarget, _ address: String) {
    AE.log(.trace, in: Log.kernel, "trying connect to seed node \(address).")
    let dial = Dial(address: address)
    target.dial = dial
    dial.greeted = { [weak target] id in target?.nodeID = id }
    dial.connected = { [weak self, weak target] id in
      guard let self, let target else { return }
      target.dial = nil
      target.nodeID = id
      connected(target)
    }
    dial.failed = { [weak self, weak target] failure in
      guard let self, let target else { return }
      target.dial = nil
      ended(target, failure)
    }
    peers.dial(dial)
  }

  private func ended(_ target: ReconnectTarget, _ failure: DialFailure) {
    switch failure {
    case .ourselves:
      AE.log(.debug, in: Log.kernel, "a seed is this node itself, it is not dialled any more.")
      targets.removeAll { $0 === target }
      if case .seed(let address) = target.purpose { peers.owner.seedIsOurselves(address) }
    case .alreadyConnected(let id):
      target.nodeID = id
      if peers.link(to: id) != nil { connected(target) } else { failed(target) }
    case .unreachable(let reason):
      AE.log(.trace, in: Log.kernel, "\(target.purpose): \(reason)")
      failed(target)
    }
  }

  /// The target's node is connected: if it is a seed, it may become our master.
  private func connected(_ target: ReconnectTarget) {
    guard target.connectedSince == nil, let id = target.nodeID else { return }
    target.connectedSince = peers.loop.monotonicNow
    target.missedSince = nil
    target.retry = nil
    if case .seed(let address) = target.purpose { peers.owner.seedUp(id, at: address) }
  }

  private func failed(_ target: ReconnectTarget) {
    let missedSince = target.missedSince ?? peers.loop.monotonicNow
    target.missedSince = missedSince
    if case .global(let id) = target.purpose, peers.loop.monotonicNow - missedSince > Self.patience
    {
      return peers.owner.globalIsLost(id)
    }
    schedule(target, after: target.policy.delayAfterFailure(using: &peers.surroundings.random))
  }

  private func schedule(_ target: ReconnectTarget, after delay: Double) {
    guard targets.contains(where: { $0 === target }) else { return }
    target.retry = peers.loop.timer(after: delay) { [unowned self, weak target] in
      guard let target else { return }
      peers.kernel.run { dial(target) }
    }
  }
}

/// One address or node that is to stay connected: dialled again whenever it is not.
final class ReconnectTarget {
  enum Purpose: Equatable {
    /// A seed, by its address.
    case seed(String)
    /// Another global node, by its id.
    case global(String)
  }

  let purpose: Purpose
  /// The node that was found at the address.
  var nodeID: String?
  var policy: ReconnectPolicy
  /// When (s, loop time) it was connected; nil while it is not.
  var connectedSince: Double?
  /// When (s, loop time) the attempts to reach it began; nil while it is connected.
  var missedSince: Double?
  var retry: TimerWatcher?
  /// The attempt under way.
  var dial: Dial?
  var isDialling: Bool { dial != nil }

  init(_ purpose: Purpose, policy: ReconnectPolicy) {
    self.purpose = purpose
    self.policy = policy
    if case .global(let id) = purpose { nodeID = id }
  }

  deinit {
    dial?.cancel()
  }
}

/// When to dial an address again: at once first, then after doubling waits.
///
/// Pure: randomness and times are passed in.
struct ReconnectPolicy {
  /// Seconds that the first wait's half is drawn from, so that nodes started together spread out.
  let unit: ClosedRange<Double>
  /// The longest wait in seconds.
  let maximum: Double
  private var attempts = 0
  /// Whether the next lost connection may be made again at once.
  private var mayRetryAtOnce = true
  /// A connection that is lost this soon (seconds) does not count as a success.
  private static let provingTime = 5.0

  init(unit: ClosedRange<Double>, maximum: Double) {
    self.unit = unit
    self.maximum = maximum
  }

  /// How long to wait after a failed attempt, in seconds.
  mutating func delayAfterFailure(using random: inout some RandomNumberGenerator) -> Double {
    attempts += 1
    let factor = Double(1 << min(attempts, 20))
    return min(factor * Double.random(in: unit, using: &random), maximum)
  }

  /// How long to wait after a connection is lost that lasted so many seconds.
  ///
  /// Nothing usually. A peer that accepts and drops at once is retried at once only the first time,
  /// also after failed attempts: a 2.02 node may drop the connection that follows one.
  mutating func delayAfterLoss(
    lasted seconds: Double, using random: inout some RandomNumberGenerator
  ) -> Double {
    if seconds >= Self.provingTime {
      attempts = 0
      mayRetryAtOnce = true
    }
    guard mayRetryAtOnce else { return delayAfterFailure(using: &random) }
    mayRetryAtOnce = false
    attempts = max(attempts, 1)
    return 0
  }
}
