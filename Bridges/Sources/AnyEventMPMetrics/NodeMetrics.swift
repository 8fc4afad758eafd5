public import AnyEventMP
public import CoreMetrics

extension Node {
  /// Publishes what the node does by swift-metrics: now, and from then on every so many seconds.
  ///
  /// The README of this package lists the metrics. Each has the dimension `node`, the node's id, those
  /// of a connection also `peer`, the id of the other end. Metrics of a connection that has ended are
  /// set to 0 and destroyed, so they don't add up in the backend.
  ///
  /// To be called on the loop's thread; before `configure`, too: the node is published as soon as it
  /// has an id. It ends with the node, or when the result is cancelled; nobody has to keep that.
  ///
  /// - Parameters:
  ///   - seconds: the time (s) between two samples, at least 0.1. With each sample the connected nodes are asked
  ///     for the time, which measures the round trips.
  ///   - prefix: the beginning of all labels; `_` comes between.
  ///   - factory: the backend.
  /// - Returns: the publication, by which it can be ended.
  @discardableResult
  public func publishMetrics(
    every seconds: Double = 10, prefix: String = "aemp",
    to factory: any MetricsFactory = MetricsSystem.factory
  ) -> NodeMetrics {
    loop.preconditionOnLoop()
    return NodeMetrics(
      of: self, every: max(0.1, seconds), MetricMaker(factory: factory, prefix: prefix))
  }
}

/// The publication of a node's state, which ``AnyEventMP/Node/publishMetrics(every:prefix:to:)`` begins.
///
/// On the loop's thread only.
public final class NodeMetrics {
  private weak var node: Node?
  private let maker: MetricMaker
  private var timer: TimerWatcher?
  private var subscription: Subscription?
  private var counts: ConnectionCounts
  /// The metrics of the node, when it has an id.
  private var own: MetricSet<NodeSample>?
  private var peers: TextDictionary<PeerMetrics> = [:]

  init(of node: Node, every seconds: Double, _ maker: MetricMaker) {
    self.node = node
    self.maker = maker
    counts = ConnectionCounts(connected: node.connectedNodes)
    subscription = node.watchNodes { [weak self] peer, isUp, _ in
      self?.counts.note(peer, isUp: isUp)
    }
    // The loop keeps this object by the timer.
    timer = node.loop.timer(after: 0, interval: seconds) { self.tick() }
  }

  /// Ends the publication, and destroys the metrics; may be called more than once.
  public func cancel() {
    timer?.cancel()
    timer = nil
    subscription?.cancel()
    subscription = nil
    for peer in peers.values { peer.end() }
    peers = [:]
    own?.end()
    own = nil
  }

  /// Publishes the present state at once; before the node has an id, and after the end, nothing.
  public func sample() {
    guard let node, timer != nil, !node.isClosed, !node.id.isEmpty else { return }
    let status = node.status
    let sample = NodeSample(node: node, status: status, hash: status.messageValue, counts: counts)
    var own = self.own ?? MetricSet(NodeSample.rows, maker, [("node", node.id)])
    own.take(sample)
    self.own = own
    publish(status.connections, sample)
  }

  private func tick() {
    guard let node, !node.isClosed else { return cancel() }
    sample()
    for peer in peers.values { peer.measureRoundTrip(from: node) }
  }

  private func publish(_ connections: [NodeStatus.Connection], _ sample: NodeSample) {
    var gone = peers
    for (connection, hash) in zip(connections, sample.hash["connections"].array ?? []) {
      let id = connection.node
      gone[id] = nil
      let peer = peers[id] ?? PeerMetrics(id, maker, [("node", sample.status.node), ("peer", id)])
      peers[id] = peer
      peer.take(PeerSample(node: sample.node, connection: connection, hash: hash))
    }
    for (id, peer) in gone {
      peer.end()
      peers[id] = nil
    }
  }
}

/// How often nodes were connected and lost.
struct ConnectionCounts {
  private(set) var connects = 0
  private(set) var reconnects = 0
  private(set) var losses = 0
  /// The nodes that have been connected, so that another connection of theirs is seen to be one.
  private var known: TextSet

  /// The most nodes that are remembered; nodes with other names each time must not fill the memory.
  private static let mostKnown = 10_000

  init(connected: [String]) { known = TextSet(connected) }

  mutating func note(_ peer: String, isUp: Bool) {
    guard isUp else {
      losses += 1
      return
    }
    connects += 1
    if known.contains(peer) {
      reconnects += 1
    } else {
      if known.count >= Self.mostKnown { known = [] }
      known.insert(peer)
    }
  }
}
