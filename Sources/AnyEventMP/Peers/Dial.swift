import AnyEvent

/// One attempt to reach an address, for a seed, for a node that messages wait for, or for a data connection.
final class Dial: Linked {
  /// The host and port to reach.
  let address: String
  /// Called when the dial begins.
  var started: (() -> Void)?
  /// Called with the node id in the other end's greeting, which is not proven yet.
  var greeted: ((String) -> Void)?
  /// Called when the attempt ends without a connection of its own.
  var failed: ((DialFailure) -> Void)?
  /// Called when the attempt has become the link to the node with this id.
  var connected: ((String) -> Void)?
  /// Called when the attempt has become the data connection that was wanted.
  var connectedData: ((Handle) -> Void)?
  /// The data connection that is dialled; nil for a connection between nodes.
  let data: DialledData?
  /// The TCP connection that is being made; it retains the dial until it succeeds or fails.
  var connecting: Guard?

  // The queue sets these; see ``DialQueue``.
  var turn = DialQueue.Turn.none
  unowned(unsafe) var previous: Dial?
  unowned(unsafe) var next: Dial?

  init(address: String, data: DialledData? = nil) {
    self.address = address
    self.data = data
  }

  deinit { leaveQueue() }

  /// Drops the callbacks, because the result is not needed any more.
  func cancel() {
    // A dial under way keeps its turn until its connection is closed.
    if case .waiting = turn { leaveQueue() }
    started = nil
    greeted = nil
    failed = nil
    connected = nil
    connectedData = nil
    connecting = nil
  }
}

/// The ways in which an attempt to reach an address ends without a connection.
enum DialFailure: Equatable {
  /// The address is one of this node.
  case ourselves
  /// The address is one of a node that is connected already.
  case alreadyConnected(node: String)
  /// Nothing answers there, or the handshake failed.
  case unreachable(String)
}

/// An attempt to connect to another node that has failed, for callers who report the reason.
package struct FailedDial: Hashable, Sendable {
  /// The dialled host and port.
  package let address: String
  /// The node id in the answering greeting, not proven; nil without an answer.
  package let node: String?
  /// The reason, in one line.
  package let reason: String
  /// Whether one side does not accept how the other authenticates.
  package let isRefusedAuthentication: Bool
}

/// The times before which unreachable nodes are not dialled again.
///
/// A peer that sends an unreachable node message after message must not make this node dial as
/// often. The structure is pure: times are passed in.
struct DialPauses {
  /// The most unreachable nodes that are remembered.
  static let capacity = 4096
  /// The first wait in seconds; each further one is twice as long.
  static let first = 0.25
  /// A failure that is older than this, in seconds, is forgotten.
  private static let memory = 60.0

  private struct Pause {
    var failures: Int
    var end: Double
  }

  private var pauses: TextDictionary<Pause> = [:]

  /// The number of remembered nodes.
  var count: Int { pauses.count }

  /// Notes that no address of the node could be reached.
  mutating func failed(_ node: String, at now: Double, longest: Double) {
    if pauses[node] == nil, pauses.count >= Self.capacity {
      pauses = pauses.filter { $0.value.end > now }
      // Forgetting a pause costs no more than one early dial of its node.
      if pauses.count >= Self.capacity { pauses = [:] }
    }
    var failures = 1
    if let pause = pauses[node], now < pause.end + Self.memory {
      failures = min(pause.failures + 1, 20)
    }
    let wait = min(Self.first * Double(1 << (failures - 1)), longest)
    pauses[node] = Pause(failures: failures, end: now + wait)
  }

  /// Forgets the failures of a node, which is connected now.
  mutating func reached(_ node: String) {
    pauses[node] = nil
  }

  /// Seconds to wait before the node is dialled again; 0: it may be dialled at once.
  func wait(for node: String, at now: Double) -> Double {
    max(0, (pauses[node]?.end ?? now) - now)
  }
}
