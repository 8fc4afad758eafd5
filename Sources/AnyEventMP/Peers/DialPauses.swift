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
