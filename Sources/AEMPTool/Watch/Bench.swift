import AnyEvent
import AnyEventMP

/// `bench`: rate and latency to a node over the real link, by messages that its node port relays back, as
/// every node does.
///
/// For each size first one message at a time, for the round trips, then as many as keep the link busy, for
/// the rate.
final class Bench {
  private let errand: Errand
  private let target: String
  private var sizes: [Int]
  private let most: Int
  private let seconds: Double
  private var phase: Phase?

  /// How long (s) the two halves of a measurement take together, unless something else bounds it.
  static let usualSeconds = 4.0

  /// One half of a measurement.
  private final class Phase {
    let payload: String
    let window: Int
    let answer: PortID
    let begin = ContinuousClock.now
    var sent = 0
    var received = 0
    var last = ContinuousClock.now

    init(_ size: Int, window: Int, _ answer: PortID) {
      payload = String(repeating: "x", count: size)
      self.window = window
      self.answer = answer
    }

    var elapsed: Double { (last - begin).seconds }
  }

  init(_ errand: Errand, _ target: String) {
    self.errand = errand
    self.target = target
    sizes = errand.options.sizes.isEmpty ? [32] : errand.options.sizes
    most = max(1, errand.options.count ?? .max)
    seconds =
      errand.options.seconds ?? (errand.options.count == nil ? Self.usualSeconds : .infinity)
  }

  func begin() {
    errand.awaited = "an answer of \(target)"
    errand.need(PortID(target))
    // The first answer does not count: it makes the connection, too.
    snd(target, "snd", errand.answerPort { _ in if self.phase == nil { self.next() } })
  }

  private func next() {
    guard let size = sizes.first else { return errand.finish(.success) }
    sizes.removeFirst()
    let trips = Histogram()
    run(size, window: 1, trips) { latency in
      // The window is as large as the number of messages that a link is likely to hold, in a bounded number of bytes.
      let window = max(2, min(1000, (1 << 20) / (size + 64)))
      self.run(size, window: window, nil) { rate in
        self.show(size, latency, trips, rate)
        self.next()
      }
    }
  }

  private func run(
    _ size: Int, window: Int, _ trips: Histogram?, _ done: @escaping (Phase) -> Void
  ) {
    let limit = seconds / 2
    var start = ContinuousClock.now
    var isOver = false
    let answer = port { (_: Message) in
      guard !isOver, let phase = self.phase, !self.errand.isOver else { return }
      phase.last = .now
      phase.received += 1
      if let trips {
        trips.add((phase.last - start).seconds)
        start = phase.last
      }
      if phase.received & 1023 == 0 { self.note(phase) }
      if phase.received >= self.most || phase.elapsed >= limit {
        isOver = true
        kil(phase.answer)
        return done(phase)
      }
      if phase.sent < self.most { self.send(phase) }
    }
    errand.keep(Guard { kil(answer) })
    let phase = Phase(size, window: window, answer)
    self.phase = phase
    note(phase)
    start = .now
    for _ in 0..<min(window, most) { send(phase) }
  }

  private func send(_ phase: Phase) {
    phase.sent += 1
    snd(target, "snd", phase.answer, phase.payload)
  }

  private func note(_ phase: Phase) {
    let kind = phase.window == 1 ? "round trips" : "messages"
    errand.awaited =
      "\(target) to relay \(kind) of \(phase.payload.utf8.count) bytes, \(phase.received) so far"
  }

  private func show(_ size: Int, _ latency: Phase, _ trips: Histogram, _ rate: Phase) {
    let elapsed = max(rate.elapsed, 1e-9)
    let perSecond = Double(rate.received) / elapsed
    let framing = errand.session.node.connections.first { $0.node == target }?.sendFraming ?? ""
    let shares = [("50 %", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("99.9 %", 0.999)]
    let percentiles = shares.map { "\($0) \(Printer.milliseconds(trips.percentile($1)))" }
    errand.print(
      """
      \(target), \(size) bytes\(framing.isEmpty ? "" : ", " + framing): \
      \(Int(perSecond.rounded())) messages/s each way (\
      \(Legible.bytes(Int(clamping: Int(min(1e18, perSecond * Double(size))))))/s), round trip min \
      \(Printer.milliseconds(trips.least)), \(percentiles.joined(separator: ", ")), max \
      \(Printer.milliseconds(trips.greatest)) ms
      """,
      json: [
        "node": .string(target), "size": .int(size), "framing": .string(framing),
        "messages": .int(rate.received), "seconds": .double(elapsed),
        "messages_per_second": .double(perSecond),
        "bytes_per_second": .double(perSecond * Double(size)),
        "round_trips": .int(latency.received),
        "min_ms": Printer.number(ofMilliseconds: trips.least),
        "p50_ms": Printer.number(ofMilliseconds: trips.percentile(0.5)),
        "p90_ms": Printer.number(ofMilliseconds: trips.percentile(0.9)),
        "p99_ms": Printer.number(ofMilliseconds: trips.percentile(0.99)),
        "p999_ms": Printer.number(ofMilliseconds: trips.percentile(0.999)),
        "max_ms": Printer.number(ofMilliseconds: trips.greatest),
      ])
  }
}
