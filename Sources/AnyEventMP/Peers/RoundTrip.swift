import AnyEvent

/// Measures the round trip over a link by a message that any node relays back: a machine without I/O.
struct RoundTrip {
  /// The last measured one (s); nil before the first answer.
  private(set) var seconds: Double?
  private var sentAt = -Double.infinity
  /// The number of the question that is under way; nil if none is.
  private var pending: Int?
  private var serial = 0

  /// The request by which the answer comes, which the other end relays to the node port here.
  static let answer = "x-back"
  /// The least time (s) between two questions.
  static let pause = 0.5
  /// The time (s) after which a question counts as lost.
  private static let patience = 60.0

  /// Begins a question; nil when it is too early, or one is under way.
  mutating func ask(at time: Double) -> Int? {
    let age = time - sentAt
    // A clock that was set back does no harm.
    guard age < 0 || age >= (pending == nil ? Self.pause : Self.patience) else { return nil }
    serial += 1
    sentAt = time
    pending = serial
    return serial
  }

  /// Takes an answer; answers to other questions do not count.
  mutating func answered(_ number: Int?, at time: Double) {
    guard let pending, number == pending else { return }
    self.pending = nil
    seconds = max(0, time - sentAt)
  }
}

extension Peers {
  /// Asks all connected nodes for the round trip, as often as ``RoundTrip`` allows.
  func measureRoundTrips() {
    let time = loop.time
    for peer in entries.values {
      guard let link = peer.link, let number = link.roundTrip.ask(at: time) else { continue }
      let message: [Value] = [
        .string("snd"), .string(id), .string(RoundTrip.answer), .int(number),
      ]
      message.withUnsafeBufferPointer { link.send(to: "", $0) }
    }
  }
}
