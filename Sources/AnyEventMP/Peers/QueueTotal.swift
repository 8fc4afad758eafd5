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
