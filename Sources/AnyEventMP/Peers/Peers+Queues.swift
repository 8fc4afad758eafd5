import AnyEvent

// The packets that wait for nodes, connected or not.

extension Peers {
  /// Queues a message for a node that is not connected, and searches for the node.
  func queue(_ message: UnsafeBufferPointer<Value>, to name: String, of peer: Peer) {
    if kernel.isTracing { MessageTrace.sent(message, to: name, of: peer.id) }
    if case .dropped = peer.state { return }
    let before = peer.search?.waiting
    let waiting = before ?? WaitingPackets()
    let countBefore = before.map(\.count) ?? -QueueTotal.perNode
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
    if waiting.count > limits.maximumQueue { return dropQueue(of: peer, "too much queued") }
    if queues.isOverUnconnected {
      return dropQueue(of: peer, "too much queued for nodes that are not connected")
    }
    noteWaiting(in: search, for: peer)
    begin(search, for: peer, isUrgent: true)
  }

  /// Drops the packets of a node whose queue is over the limit; its monitors fire from the loop.
  private func dropQueue(of peer: Peer, _ reason: String) {
    _ = takeWaiting(peer)
    peer.search?.cancel()
    peer.state = .dropped(reason)
    kernel.defer(.job { [unowned self] in concludeDrop(of: peer) })
  }

  /// Counts a node as lost after its queue was dropped, unless it is lost already.
  func concludeDrop(of peer: Peer) {
    guard case .dropped(let reason) = peer.state else { return }
    nodeDown(peer, transportError: reason)
  }

  /// Takes out the packets that wait for a connection.
  func takeWaiting(_ peer: Peer) -> WaitingPackets? {
    guard let search = peer.search, let waiting = search.waiting else { return nil }
    search.waiting = nil
    queues.unconnected -= waiting.count + QueueTotal.perNode
    return waiting
  }

  /// Compares the packets that wait for a connection with the high water mark.
  private func noteWaiting(in search: NodeSearch, for peer: Peer) {
    let mark = kernel.highWaterMark
    guard mark > 0, let waiting = search.waiting, waiting.count > mark, !waiting.isOverHighWater
    else { return }
    search.waiting?.isOverHighWater = true
    kernel.owner.tellHighWater(peer)
  }

  /// The bytes that wait to be sent to a node.
  ///
  /// For the own node, which an empty id stands for as well, it is the memory of messages that wait
  /// for the loop.
  func queuedBytes(for node: String) -> Int {
    if node.isEmpty || node == id { return kernel.deferred.bytes }
    guard let peer = entries[node] else { return 0 }
    return switch peer.state {
    case .connected(let link): link.queuedBytes
    case .searching(let search): search.waiting?.count ?? 0
    case .unknown, .dropped: 0
    }
  }

  /// Calls `callback` once, from the loop, when everything sent to a node so far has been handed to
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

  /// Makes the connections compare with changed limits.
  func queueLimitsChanged() {
    for peer in entries.values { peer.link?.setAlarm() }
  }

  /// Closes the connection with the longest queue while too much waits for all nodes together;
  /// connections call it when they report their queues.
  func queuesGrew() {
    guard queues.isOver else { return }
    // The reported counts may be out of date: some of the bytes may have been sent since.
    let links = entries.values.compactMap(\.link)
    for link in links { link.reportQueue() }
    while queues.isOver, let longest = links.max(by: { $0.reportedBytes < $1.reportedBytes }),
      longest.reportedBytes > 0
    {
      longest.fail("too much queued for all nodes together")
    }
  }
}

/// The bytes that wait for all other nodes together.
///
/// Connected nodes are counted in steps: each link reports its queue when that has grown by a
/// ``step`` since the last report. So a message costs nothing here, and each link may exceed its
/// report by one step. For nodes that are not connected each message is counted, and a fixed amount
/// for each node.
struct QueueTotal {
  private let limits: NodeLimits
  /// The bytes that links have reported.
  var connected = 0
  /// The bytes that wait for nodes that are not connected.
  var unconnected = 0

  /// The growth of a queue, in bytes, after which its link reports it.
  static let step = 1 << 20
  /// The bytes for a node that is not connected besides its messages: its entry in the table, and the search for it.
  static let perNode = 2048

  init(limits: NodeLimits) {
    self.limits = limits
  }

  private var limit: Int { limits.queues }

  /// Whether more bytes wait than the limit allows.
  var isOver: Bool { limit > 0 && connected + unconnected > limit }

  /// Whether more bytes than their share wait for nodes that are not connected.
  ///
  /// Their share is small because a sender can make up any number of node ids.
  var isOverUnconnected: Bool { limit > 0 && (unconnected > limit / 4 || isOver) }
}
