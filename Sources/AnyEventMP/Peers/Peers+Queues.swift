import AnyEvent

// What waits for nodes, connected or not.

extension Peers {
  /// Keeps a message for a node that is not connected, which gets a connection.
  func queue(_ message: UnsafeBufferPointer<Value>, to name: String, of peer: Peer) {
    if kernel.isTracing { MessageTrace.sent(message, to: name, of: peer.id) }
    if case .cut = peer.state { return }
    let before = peer.search?.waiting
    let waiting = before ?? WaitingPackets()
    let countBefore = before.map(\.count) ?? -QueueTotal.entry
    do {
      try limits.checkName(peer.id, "the node's name")
      try waiting.append(name: name, message, limits: limits.codec)
    } catch {
      forgetIfIdle(peer)
      return kernel.refuseToSend("\(error)", to: name, of: peer.id)
    }
    let search = peer.search ?? makeSearch(for: peer)
    search.waiting = waiting
    queues.unconnected += waiting.count - countBefore
    if waiting.count > limits.maximumQueue { return cut(peer, "too much queued") }
    if queues.isOverUnconnected {
      return cut(peer, "too much queued for nodes that are not connected")
    }
    noteWaiting(in: search, for: peer)
    begin(search, for: peer, isUrgent: true)
  }

  /// Gives a node up whose queue is over the limit; its monitors fire from the loop.
  private func cut(_ peer: Peer, _ reason: String) {
    _ = takeWaiting(peer)
    peer.search?.cancel()
    peer.state = .cut(reason)
    kernel.defer(.job { [unowned self] in concludeCut(of: peer) })
  }

  /// The node whose queue was cut is lost now, unless it is already.
  func concludeCut(of peer: Peer) {
    guard case .cut(let reason) = peer.state else { return }
    nodeDown(peer, [.string("transport_error"), .string(peer.id), .string(reason)])
  }

  /// Takes what waits for a connection.
  func takeWaiting(_ peer: Peer) -> WaitingPackets? {
    guard let search = peer.search, let waiting = search.waiting else { return nil }
    search.waiting = nil
    queues.unconnected -= waiting.count + QueueTotal.entry
    return waiting
  }

  /// Something was added to what waits for a connection.
  private func noteWaiting(in search: NodeSearch, for peer: Peer) {
    let mark = kernel.highWaterMark
    guard mark > 0, let waiting = search.waiting, waiting.count > mark, !waiting.isOverHighWater
    else { return }
    search.waiting?.isOverHighWater = true
    kernel.owner.tellHighWater(peer)
  }

  /// Bytes that wait to be sent to a node; for our own, which an empty name is too, the memory of messages that
  /// wait for the loop.
  func queuedBytes(for node: String) -> Int {
    if node.isEmpty || node == id { return kernel.deferred.bytes }
    guard let peer = entries[node] else { return 0 }
    return switch peer.state {
    case .connected(let link): link.queuedBytes
    case .searching(let search): search.waiting?.count ?? 0
    case .unknown, .cut: 0
    }
  }

  /// Calls `callback` once, from the loop, when all that was sent to a node so far has been handed to
  /// the kernel, or when the node is lost.
  func whenDrained(_ node: String, _ callback: @escaping () -> Void) {
    guard node != id, let peer = entries[node], !peer.isIdle else {
      return kernel.defer(.job(callback))
    }
    peer.drainCallbacks.append(callback)
  }

  func drained(_ peer: Peer) {
    let callbacks = peer.drainCallbacks
    peer.drainCallbacks = []
    kernel.run { for callback in callbacks { callback() } }
  }

  /// The limits were set: the connections compare with them.
  func queueLimitsChanged() {
    for peer in entries.values { peer.link?.setAlarm() }
  }

  /// A connection has told what waits there: if it is too much for all, the one with the longest queue
  /// is given up.
  func queuesGrew() {
    guard queues.isOver else { return }
    // They have told what waited once; some of it may have been sent since.
    let links = entries.values.compactMap(\.link)
    for link in links { link.tellQueue() }
    while queues.isOver, let longest = links.max(by: { $0.toldBytes < $1.toldBytes }),
      longest.toldBytes > 0
    {
      longest.fail("too much queued for all nodes together")
    }
  }
}

/// How many bytes wait for all other nodes together.
///
/// What waits for connected nodes is counted in steps, by each connection when it comes to have a
/// ``step`` more than it has told: so a message costs nothing, and each of them may have as much more. For
/// nodes that are not connected each message is counted, and each node for its entry.
struct QueueTotal {
  private let limits: NodeLimits
  /// What connections have told of.
  var connected = 0
  /// What waits for nodes that are not connected.
  var unconnected = 0

  /// How much more a connection may have before it tells.
  static let step = 1 << 20
  /// What a node that is not connected takes besides its messages: its entry, and the search for it.
  static let entry = 2048

  init(limits: NodeLimits) {
    self.limits = limits
  }

  private var limit: Int { limits.queues }

  /// Whether more waits than may.
  var isOver: Bool { limit > 0 && connected + unconnected > limit }

  /// Whether more than its share waits for nodes that are not connected, of which anybody can make up
  /// any number.
  var isOverUnconnected: Bool { limit > 0 && (unconnected > limit / 4 || isOver) }
}
