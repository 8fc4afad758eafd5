import AnyEvent

/// The counts of a node's connections for ``NodeStatus``.
struct PeerCounts {
  /// The traffic of connections that have ended.
  var ended = NodeStatus.Traffic()
  /// How many connections were lost, for whatever reason.
  var losses = 0
  /// How many of them were closed because the other end gave no sign of life.
  var convictions = 0
}

extension Link {
  /// The traffic so far.
  var traffic: NodeStatus.Traffic {
    NodeStatus.Traffic(
      messagesIn: packetsReceived, messagesOut: stream.output.packetCount,
      bytesIn: Int(clamping: stream.receivedCount), bytesOut: Int(clamping: stream.sentCount))
  }
}

extension Peers {
  /// The traffic of all connections, also of those that have ended.
  var traffic: NodeStatus.Traffic {
    var sum = counts.ended
    for peer in entries.values {
      // The sum has the traffic of closed links already.
      if let link = peer.link, link.isOpen { sum.add(link.traffic) }
    }
    return sum
  }

  /// The bytes that wait for all other nodes.
  var queuedBytes: Int {
    entries.values.reduce(0) { sum, peer in
      switch peer.state {
      case .connected(let link): sum + link.queuedBytes
      case .searching(let search): sum + (search.waiting?.count ?? 0)
      case .unknown, .dropped: sum
      }
    }
  }
}
