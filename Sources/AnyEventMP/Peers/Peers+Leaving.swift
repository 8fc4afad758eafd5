import AnyEvent

// An orderly leave: the other nodes are told, so that their monitors get another reason than for a failure.

extension Peers {
  /// The greeting key of a node that understands the request of the same name.
  static let leavingKey = "x-leaving"
  /// The first value of the reason that monitors get.
  static let leavingReason = "leaving"

  /// Tells all connected nodes that this one leaves, behind everything that was sent before.
  ///
  /// A node that does not know of leaving is told of the death of each port that it monitors.
  func announceLeaving() {
    let text = Value.string("the node leaves the network")
    let reason: [Value] = [.string(Self.leavingReason), .string(id), text]
    for peer in entries.values {
      guard let link = peer.link else { continue }
      if link.facts.knowsLeaving {
        let request: [Value] = [.string(Self.leavingKey), text]
        request.withUnsafeBufferPointer { link.send(to: "", $0) }
      } else {
        kernel.tellDeaths(to: peer, reason)
      }
    }
  }

  /// Ends the link to a node that has said that it leaves: nothing comes from it any more.
  ///
  /// - Throws: ``RequestError`` for a node whose greeting does not say that it knows of leaving: another one
  ///   has had it relay this.
  func hasLeft(_ entry: NodeEntry, _ text: String) throws(RequestError) {
    guard let link = link(to: entry.id) else { return }
    guard link.facts.knowsLeaving else {
      throw .relayedLeaving
    }
    link.end([.string(Self.leavingReason), .string(entry.id), .string(text)])
  }
}

extension RequestError {
  /// The request came from another node than the leaving one, or through another.
  static let relayedLeaving = RequestError(
    "that a node leaves is said by that node only, and not relayed")
}
