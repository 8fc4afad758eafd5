/// Decides which of several connections to one node may send its authentication line.
///
/// A node counts a connection once it has our line, and two of them make a 2.02 node drop both; so
/// the line goes out on one connection at a time. Two nodes of this library that dial each other at
/// the same moment keep the connection that the one with the lower id dialled: both decide alike,
/// whatever the delays.
struct ConnectionArbiter {
  /// The key in our greeting which says that we agree on one of two simultaneous connections.
  static let greetingKey = "x-agree"

  /// One connection in its handshake, as far as it matters here.
  struct Candidate: Equatable {
    /// Whether we dialled it.
    let isDialled: Bool
    /// Whether our authentication line has gone out on it.
    let isCommitted: Bool
  }

  /// What becomes of the connection that asks.
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

  /// Whether the other node decides by the same rule, which it says in its greeting.
  let peerAgrees: Bool
  /// Whether what the other node dials is preferred to what we dial.
  let peerDialsFirst: Bool

  init(ownID: String, peerID: String, peerAgrees: Bool) {
    self.peerAgrees = peerAgrees
    peerDialsFirst = peerID.utf8.lexicographicallyPrecedes(ownID.utf8)
  }

  /// The other end of a connection has said who it is.
  func greeted(isDialled: Bool, others: [Candidate]) -> Verdict {
    if isDialled || peerAgrees { return .goOn }
    // A 2.02 node takes our line on either connection: none must follow one that is out.
    return others.contains { $0.isCommitted } ? .refuse : .goOn
  }

  /// A connection is ready for our authentication line.
  func ready(isDialled: Bool, others: [Candidate]) -> Verdict {
    if others.contains(where: \.isCommitted) {
      let yields = !isDialled && peerAgrees && peerDialsFirst
      return yields ? .take : .refuse
    }
    if isDialled, others.contains(where: { !$0.isDialled }) {
      // A 2.02 node's own dial wins: it may be its only way to find a master.
      return peerAgrees ? .goOn : .hold
    }
    return isDialled ? .goOn : .take
  }
}
