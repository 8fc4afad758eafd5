import AnyEventMP

/// `ping`: round trips to a node, one after the other, and their least, middle and greatest time.
///
/// In JSON `{"node": "…", "count": 5, "min_ms": …, "median_ms": …, "max_ms": …}`.
final class Ping {
  private let errand: Errand
  private let target: String
  private let count: Int
  private var times: [Double] = []
  private var start = ContinuousClock.now
  /// Whether the first round trip is over, which does not count: it makes the connection, too.
  private var isConnected = false

  init(_ errand: Errand, _ target: String) {
    self.errand = errand
    self.target = target
    count = max(1, errand.options.count ?? 5)
  }

  func begin() {
    errand.awaited = "an answer of \(target)"
    errand.need(PortID(target))
    ask()
  }

  private lazy var answer = errand.answerPort { _ in self.answered() }

  private func ask() {
    start = .now
    // Any node relays this message back.
    snd(target, "snd", answer)
  }

  private func answered() {
    if isConnected { times.append((ContinuousClock.now - start).seconds) }
    isConnected = true
    if times.count < count { return ask() }
    times.sort()
    let least = times[0]
    let middle = times[times.count / 2]
    let greatest = times[times.count - 1]
    let text = [least, middle, greatest].map(Printer.milliseconds).joined(separator: "/")
    errand.print(
      "\(target): \(count) round trip\(count == 1 ? "" : "s"), min/median/max \(text) ms",
      json: [
        "node": .string(target), "count": .int(count),
        "min_ms": Printer.number(ofMilliseconds: least),
        "median_ms": Printer.number(ofMilliseconds: middle),
        "max_ms": Printer.number(ofMilliseconds: greatest),
      ])
    errand.finish(.success)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
