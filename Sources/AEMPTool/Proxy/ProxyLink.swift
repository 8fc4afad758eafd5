internal import AEValue

/// The link between two nodes of a proxy: its faults, and the counts of its connections and bytes.
struct ProxyLink {
  /// The counters, for whose values a test can wait.
  enum Counter: String, CaseIterable {
    /// Connections that are open.
    case connections
    /// Connections that were closed at random.
    case drops
    /// Connections that were refused because of a fault.
    case refusals
    /// Bytes that have passed.
    case bytes
  }

  /// The two nodes, the lower id first.
  let lower, upper: String
  var faults = LinkFaults()
  /// When the line to the lower and to the upper node is free again, if its rate is limited.
  var free = (lower: 0.0, upper: 0.0)
  var connections = 0
  var drops = 0
  var refusals = 0
  var bytes = 0

  init(_ one: String, _ other: String) {
    (lower, upper) = one < other ? (one, other) : (other, one)
  }

  /// The key of a link in a table: no node id has a `#`.
  static func key(_ one: String, _ other: String) -> String {
    one < other ? "\(one)#\(other)" : "\(other)#\(one)"
  }

  func count(_ counter: Counter) -> Int {
    switch counter {
    case .connections: connections
    case .drops: drops
    case .refusals: refusals
    case .bytes: bytes
    }
  }

  /// Sends a share of so many bytes towards a node, as its rate allows at this time.
  ///
  /// - Returns: how many bytes leave, and when they have left; none and the time when the line is free
  ///   if it is busy.
  mutating func depart(_ count: Int, to node: String, at now: Double) -> (count: Int, time: Double)
  {
    guard let rate = faults.rate else { return (count, now) }
    var time = node == lower ? free.lower : free.upper
    guard time <= now else { return (0, time) }
    let share = min(count, max(1, Int(min(rate * Self.grain, 1e9))))
    // The line makes up for the time by which the loop is late, but not for idle time.
    time = max(time, now - Self.lateness) + Double(share) / rate
    if node == lower { free.lower = time } else { free.upper = time }
    return (share, time)
  }

  /// The seconds that a share takes, and by which the loop may be late.
  private static let grain = 0.01
  private static let lateness = 0.02
}
