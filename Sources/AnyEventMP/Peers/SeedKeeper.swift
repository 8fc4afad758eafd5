import AnyEvent

/// Keeps the node connected to its seeds and, if it is global, to the other global nodes.
final class SeedKeeper {
  private unowned let peers: Peers
  private(set) var targets: [ReconnectTarget] = []
  /// The seconds for which a lost global node is dialled, so that a partition heals; afterwards
  /// that node has to dial.
  private static let patience = 3600.0

  init(peers: Peers) {
    self.peers = peers
  }

  /// Dials every seed; without seeds the node has no master to ask, and keeps its own database.
  func start(_ addresses: [String]) {
    if addresses.isEmpty { peers.owner.hasNoSeeds() }
    begin(addresses)
  }

  private func begin(_ addresses: [String]) {
    var new: [ReconnectTarget] = []
    for address in addresses {
      let policy = ReconnectPolicy(unit: 0.6...1.2, maximum: peers.monitorTimeout)
      new.append(ReconnectTarget(.seed(address), policy: policy))
    }
    targets += new
    for target in new { dial(target) }
  }

  /// Dials the new seeds, and stops dialling those that are not among `addresses`.
  ///
  /// A connection to one that is no seed any more stays.
  func change(from old: [String], to addresses: [String]) {
    for target in targets { target.policy.maximum = peers.monitorTimeout }
    let (known, wanted) = (TextSet(old), TextSet(addresses))
    let dropped = old.filter { !wanted.contains($0) }
    for address in dropped {
      targets.removeAll { $0.purpose == .seed(address) }
      peers.owner.seedDropped(at: address)
    }
    let new = addresses.filter { !known.contains($0) }
    if addresses.isEmpty, !dropped.isEmpty { peers.owner.hasNoSeeds() }
    begin(new)
  }

  /// Keeps the node connected to another global node from now on.
  func keepConnected(_ id: String) {
    guard id != peers.id, !targets.contains(where: { $0.purpose == .global(id) }) else { return }
    let policy = ReconnectPolicy(unit: 0.3...0.6, maximum: peers.monitorTimeout)
    let target = ReconnectTarget(.global(id), policy: policy)
    targets.append(target)
    dial(target)
  }

  /// Stops keeping a connection to a node, which is not global any more.
  func letGo(_ id: String) {
    targets.removeAll { $0.purpose == .global(id) }
  }

  /// Notes that a node is connected, whichever side dialled.
  func nodeUp(_ id: String) {
    for target in targets where target.nodeID == id { connected(target) }
  }

  /// Notes that a connection is lost or could not be made.
  func nodeDown(_ id: String) {
    for target in targets where target.nodeID == id {
      let connectedSince = target.connectedSince
      target.connectedSince = nil
      // The end of this target's own dial schedules the next one.
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

  /// Notes that the node of a target is connected; the node of a seed may become the master.
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

/// A target to keep connected: one address or node that is dialled again whenever it is not connected.
final class ReconnectTarget {
  enum Purpose: Equatable {
    /// A seed, by its address.
    case seed(String)
    /// Another global node, by its id.
    case global(String)
  }

  let purpose: Purpose
  /// The node that answered at the address.
  var nodeID: String?
  var policy: ReconnectPolicy
  /// The loop time (s) at which it was connected; nil while it is not.
  var connectedSince: Double?
  /// The loop time (s) at which the attempts began; nil while it is connected.
  var missedSince: Double?
  var retry: TimerWatcher?
  /// The dial under way.
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

/// The waits before an address is dialled again: none at first, then doubling waits.
///
/// The structure is pure: randomness and times are passed in.
struct ReconnectPolicy {
  /// The range, in seconds, of half the first wait; it is random so that nodes that start together spread out.
  let unit: ClosedRange<Double>
  /// The longest wait in seconds.
  var maximum: Double
  private var attempts = 0
  /// Whether a lost connection may be dialled again at once.
  private var mayRetryAtOnce = true
  /// The seconds that a connection must last to count as a success.
  private static let provingTime = 5.0

  init(unit: ClosedRange<Double>, maximum: Double) {
    self.unit = unit
    self.maximum = maximum
  }

  /// The seconds to wait after a failed attempt.
  mutating func delayAfterFailure(using random: inout some RandomNumberGenerator) -> Double {
    attempts += 1
    let factor = Double(1 << min(attempts, 20))
    return min(factor * Double.random(in: unit, using: &random), maximum)
  }

  /// The seconds to wait after the loss of a connection that lasted `seconds`.
  ///
  /// Usually there is no wait. A peer that accepts and drops at once is dialled again at once only
  /// the first time. This holds after failed attempts too, because a 2.02 node may drop the
  /// connection that follows one.
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
