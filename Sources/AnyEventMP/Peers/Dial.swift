import AnyEvent

/// One attempt to reach an address, on behalf of a seed or of messages that wait for a node.
final class Dial: Linked {
  /// Host and port.
  let address: String
  /// It has waited for its turn, which has come.
  var started: (() -> Void)?
  /// The other end said which node it is; not proven yet.
  var greeted: ((String) -> Void)?
  /// The attempt is over without a connection of its own.
  var failed: ((DialFailure) -> Void)?
  /// The attempt became the node's connection.
  var connected: ((String) -> Void)?
  /// The attempt became the data connection that was wanted.
  var connectedData: ((Handle) -> Void)?
  /// The data connection that is dialled; nil for one between nodes.
  let data: DialledData?
  /// The TCP connection that is being made; it keeps the dial until it is made or not.
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

  /// Nobody waits for the result any more.
  func cancel() {
    // What is under way keeps its place until its connection is closed.
    if case .waiting = turn { leaveQueue() }
    started = nil
    greeted = nil
    failed = nil
    connected = nil
    connectedData = nil
    connecting = nil
  }
}

/// How an attempt to reach an address ended.
enum DialFailure: Equatable {
  /// It is this very node.
  case ourselves
  /// The node is connected already.
  case alreadyConnected(node: String)
  /// Nobody is there, or who is there and we do not get along.
  case unreachable(String)
}

/// An attempt to connect to another node that has come to nothing, for those who want to say why.
package struct FailedDial: Hashable, Sendable {
  /// The host and port that were dialled.
  package let address: String
  /// Who answered there, by its own account; nil when nobody did.
  package let node: String?
  /// What went wrong, one line.
  package let reason: String
  /// Whether one side does not accept how the other authenticates.
  package let isRefusedAuthentication: Bool
}

/// When nodes that could not be reached may be dialled again: who sends them one message after the other
/// must not make us dial as often.
///
/// Pure: times are passed in.
struct DialPauses {
  /// So many unreachable nodes are told apart.
  static let capacity = 4096
  /// The first wait in seconds; each further one is twice as long.
  static let first = 0.25
  /// A failure so many seconds ago does not count any more.
  private static let memory = 60.0

  private struct Pause {
    var failures: Int
    var end: Double
  }

  private var pauses: TextDictionary<Pause> = [:]

  /// How many are remembered.
  var count: Int { pauses.count }

  /// No address of the node could be reached.
  mutating func failed(_ node: String, at now: Double, longest: Double) {
    if pauses[node] == nil, pauses.count >= Self.capacity {
      pauses = pauses.filter { $0.value.end > now }
      // To forget them costs one dial of each.
      if pauses.count >= Self.capacity { pauses = [:] }
    }
    var failures = 1
    if let pause = pauses[node], now < pause.end + Self.memory {
      failures = min(pause.failures + 1, 20)
    }
    let wait = min(Self.first * Double(1 << (failures - 1)), longest)
    pauses[node] = Pause(failures: failures, end: now + wait)
  }

  /// The node is connected.
  mutating func reached(_ node: String) {
    pauses[node] = nil
  }

  /// Seconds to wait before the node is dialled again; 0: it may be dialled at once.
  func wait(for node: String, at now: Double) -> Double {
    max(0, (pauses[node]?.end ?? now) - now)
  }
}
