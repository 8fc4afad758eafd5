import AnyEvent

/// One address or node that is to stay connected: dialled again whenever it is not.
final class ReconnectTarget {
  enum Purpose: Equatable {
    /// A seed, by its address.
    case seed(String)
    /// Another global node, by its id.
    case global(String)
  }

  let purpose: Purpose
  /// The node that was found at the address.
  var nodeID: String?
  var policy: ReconnectPolicy
  /// When (s, loop time) it was connected; nil while it is not.
  var connectedSince: Double?
  /// When (s, loop time) the attempts to reach it began; nil while it is connected.
  var missedSince: Double?
  var retry: TimerWatcher?
  /// The attempt under way.
  var dial: Dial?
  var isDialling: Bool { dial != nil }

  init(_ purpose: Purpose, policy: ReconnectPolicy) {
    self.purpose = purpose
    self.policy = policy
    if case .global(let id) = purpose { nodeID = id }
  }

  deinit {
    dial?.cancel()
  }
}
