/// Decides which of several connections to one node may send its authentication line.
///
/// A node counts a connection as soon as it has our line, and two such connections make a 2.02 node
/// drop both. So the line is sent on one connection at a time. Two nodes of this library that dial
/// each other at the same moment keep the connection that the node with the lower id dialled: both
/// decide alike, whatever the delays.
struct ConnectionArbiter {
  /// The greeting key by which a node says that it follows this rule for simultaneous connections.
  static let greetingKey = "x-agree"

  /// The part of a pending connection that the decision depends on.
  struct Candidate: Equatable {
    /// Whether this node dialled the connection.
    let isDialled: Bool
    /// Whether our authentication line has been sent on it.
    let isCommitted: Bool
  }

  /// The decision on the connection that asks.
  enum Verdict: Equatable {
    /// Go on; the others are closed first.
    case take
    /// Go on beside the others.
    case goOn
    /// Wait until the others are decided.
    case hold
    /// Close it.
    case refuse
  }

  /// Whether the other node follows the same rule, according to its greeting.
  let peerAgrees: Bool
  /// Whether a connection that the other node dials is preferred to ours.
  let peerDialsFirst: Bool

  init(ownID: String, peerID: String, peerAgrees: Bool) {
    self.peerAgrees = peerAgrees
    peerDialsFirst = peerID.utf8.lexicographicallyPrecedes(ownID.utf8)
  }

  /// Decides when the greeting of the other end has arrived.
  func greeted(isDialled: Bool, others: [Candidate]) -> Verdict {
    if isDialled || peerAgrees { return .goOn }
    // A 2.02 node takes our line on either connection, so a second line must not follow the first.
    return others.contains { $0.isCommitted } ? .refuse : .goOn
  }

  /// Decides when a connection is ready for our authentication line.
  func ready(isDialled: Bool, others: [Candidate]) -> Verdict {
    if others.contains(where: \.isCommitted) {
      let yields = !isDialled && peerAgrees && peerDialsFirst
      return yields ? .take : .refuse
    }
    if isDialled, others.contains(where: { !$0.isDialled }) {
      // A 2.02 node's own dial wins, because the node may find a master in no other way.
      return peerAgrees ? .goOn : .hold
    }
    return isDialled ? .goOn : .take
  }
}
