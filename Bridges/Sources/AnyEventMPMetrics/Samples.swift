import AnyEventMP

// What is published: a line for each metric. `hash` is the status as other nodes get it, whose keys the documentation
// of NodeStatus lists; what a version of the library does not count is not in it, and is not published.

/// The state of a node at one moment.
struct NodeSample {
  let node: Node
  let status: NodeStatus
  let hash: Value
  let counts: ConnectionCounts

  /// What is published of a node.
  static var rows: [MetricRow<NodeSample>] {
    [
      .init("uptime_seconds", .gauge) { $0.status.uptime },
      .init("is_global", .gauge) { $0.status.isGlobal ? 1 : 0 },
      .init("has_master", .gauge) { $0.status.master == nil ? 0 : 1 },
      .init("ports", .gauge) { Double($0.status.portCount) },
      .init("connections", .gauge) { Double($0.status.connections.count) },
      .init("strangers", .gauge) { Double($0.node.strangerCount) },
      .init("known_nodes", .gauge) { Double($0.node.knownNodes.count) },
      .init("queued_bytes", .gauge) { sample in
        sample.hash["load"]["queued"].number
          ?? Double(sample.status.connections.reduce(0) { $0 + $1.queuedBytes })
      },
      .init("connects_total", .counter) { Double($0.counts.connects) },
      .init("reconnects_total", .counter) { Double($0.counts.reconnects) },
      .init("losses_total", .counter) { Double($0.counts.losses) },
      .init("convictions_total", .counter) { $0.hash["load"]["convictions"].number },
      .init("messages_received_total", .counter) {
        $0.hash["load"]["traffic"]["messages_in"].number
      },
      .init("messages_sent_total", .counter) { $0.hash["load"]["traffic"]["messages_out"].number },
      .init("bytes_received_total", .counter) { $0.hash["load"]["traffic"]["bytes_in"].number },
      .init("bytes_sent_total", .counter) { $0.hash["load"]["traffic"]["bytes_out"].number },
      .init("loop_blocked_seconds_total", .seconds) { $0.hash["load"]["blocked"].number },
      .init("loop_longest_block_seconds", .gauge) { $0.hash["load"]["longest_block"].number },
      .init("restarts", .gauge) { $0.hash["load"]["restarts"].number },
      .init("memory_bytes", .gauge) { $0.hash["load"]["memory"].number },
      .init("database_keys", .gauge) { $0.hash["database"]["keys"].number },
      .init("database_bytes", .gauge) { $0.hash["database"]["bytes"].number },
      .init("certificate_end_seconds", .gauge) { $0.hash["certificate_end"].number },
    ]
  }
}

/// The state of a connection at one moment.
struct PeerSample {
  let node: Node
  let connection: NodeStatus.Connection
  let hash: Value

  /// What is published of a connection, besides the round trips.
  static var rows: [MetricRow<PeerSample>] {
    [
      .init("peer_queued_bytes", .gauge) { Double($0.connection.queuedBytes) },
      .init("peer_queue_age_seconds", .gauge) { $0.hash["queue_age"].number },
      .init("peer_ports_monitored_there", .gauge) {
        Double($0.node.monitorCount(on: $0.connection.node))
      },
      .init("peer_ports_monitored_here", .gauge) {
        Double($0.node.monitorCount(by: $0.connection.node))
      },
      .init("peer_ports_spawned_here", .gauge) {
        Double($0.node.spawnedCount(by: $0.connection.node))
      },
      .init("peer_messages_received_total", .counter) { $0.hash["traffic"]["messages_in"].number },
      .init("peer_messages_sent_total", .counter) { $0.hash["traffic"]["messages_out"].number },
      .init("peer_bytes_received_total", .counter) { $0.hash["traffic"]["bytes_in"].number },
      .init("peer_bytes_sent_total", .counter) { $0.hash["traffic"]["bytes_out"].number },
    ]
  }
}

extension Value {
  /// The number, if it is one; text is none.
  fileprivate var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }
}
