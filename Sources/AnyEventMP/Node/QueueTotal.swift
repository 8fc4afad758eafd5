/// How many bytes wait for all other nodes together.
///
/// What waits for connected nodes is counted in steps, by each connection when it comes to have a
/// ``step`` more than it has told: so a message costs nothing, and each of them may have as much more. For
/// nodes that are not connected each message is counted, and each node for its entry.
struct QueueTotal {
  /// How many may wait; 0: any number.
  var limit = Limit.maxQueues.standard
  /// What connections have told of.
  var connected = 0
  /// What waits for nodes that are not connected.
  var unconnected = 0

  /// How much more a connection may have before it tells.
  static let step = 1 << 20
  /// What a node that is not connected takes besides its messages: its entry, and the search for it.
  static let entry = 2048

  /// Whether more waits than may.
  var isOver: Bool { limit > 0 && connected + unconnected > limit }

  /// Whether more than its share waits for nodes that are not connected, of which anybody can make up
  /// any number.
  var isOverUnconnected: Bool { limit > 0 && (unconnected > limit / 4 || isOver) }
}

extension Node {
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

  /// Takes what waits for a connection, or for the node to be given up.
  func takeWaiting(_ entry: NodeEntry) -> WaitingPackets? {
    guard let waiting = entry.waiting else { return nil }
    entry.waiting = nil
    if !waiting.isCut { queues.unconnected -= waiting.count + QueueTotal.entry }
    return waiting
  }
}
