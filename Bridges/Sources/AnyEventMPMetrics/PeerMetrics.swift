import AnyEventMP
import CoreMetrics

/// The metrics of the connection to one other node.
final class PeerMetrics {
  private let peer: PortID
  private var metrics: MetricSet<PeerSample>
  private let roundTrip: Timer
  private var isAsking = false
  private var isEnded = false

  /// The time (s) after which an answer is not waited for any more.
  private static let patience = 60.0

  init(_ id: String, _ maker: MetricMaker, _ dimensions: [(String, String)]) {
    peer = PortID(id)
    metrics = MetricSet(PeerSample.rows, maker, dimensions)
    roundTrip = maker.timer("round_trip_seconds", dimensions)
  }

  func take(_ sample: PeerSample) { metrics.take(sample) }

  /// Asks the node for the time, as nodes of any version answer, unless a question is under way.
  func measureRoundTrip(from node: Node) {
    guard !isAsking else { return }
    isAsking = true
    let start = ContinuousClock.now
    node.call(peer, "time", timeout: Self.patience) { [weak self] reply in
      self?.answered(!reply.isEmpty, after: start.duration(to: .now))
    }
  }

  private func answered(_ hasAnswer: Bool, after time: Duration) {
    isAsking = false
    guard hasAnswer, !isEnded else { return }
    let (seconds, attoseconds) = time.components
    roundTrip.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  /// Destroys the metrics.
  func end() {
    isEnded = true
    metrics.end()
    roundTrip.destroy()
  }
}
