import CoreMetrics

/// A metric that is published: its label, its kind, and what of a sample it is.
///
/// `read` returns nil where there is nothing to publish, as when the library does not count it.
struct MetricRow<Sample> {
  enum Kind {
    /// A number that goes up and down.
    case gauge
    /// A whole number that only grows.
    case counter
    /// A number of seconds that only grows.
    case seconds
  }

  let label: String
  let kind: Kind
  let read: (Sample) -> Double?

  init(_ label: String, _ kind: Kind, _ read: @escaping (Sample) -> Double?) {
    self.label = label
    self.kind = kind
    self.read = read
  }
}

/// Makes metrics in a backend.
struct MetricMaker {
  let factory: any MetricsFactory
  let prefix: String

  func metric(
    _ label: String, _ kind: MetricRow<some Any>.Kind, _ dimensions: [(String, String)]
  ) -> PublishedMetric {
    let label = full(label)
    switch kind {
    case .gauge:
      return .gauge(Gauge(label: label, dimensions: dimensions, factory: factory))
    case .counter:
      return .counter(Counter(label: label, dimensions: dimensions, factory: factory), at: 0)
    case .seconds:
      return .seconds(
        FloatingPointCounter(label: label, dimensions: dimensions, factory: factory), at: 0)
    }
  }

  func timer(_ label: String, _ dimensions: [(String, String)]) -> Timer {
    Timer(
      label: full(label), dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
  }

  private func full(_ label: String) -> String { prefix.isEmpty ? label : "\(prefix)_\(label)" }
}

/// A metric in a backend, with the sum that it has got so far.
enum PublishedMetric {
  case gauge(Gauge)
  case counter(Counter, at: Int64)
  case seconds(FloatingPointCounter, at: Double)

  /// Publishes a value; a counter gets what has been added.
  ///
  /// One that is less than before has begun anew, as that of a connection to a node that has come back.
  mutating func take(_ value: Double) {
    switch self {
    case .gauge(let gauge):
      gauge.record(value)
    case .counter(let counter, let before):
      let value = Int64(exactly: value.rounded(.down)) ?? before
      let growth = value < before ? value : value - before
      if growth > 0 { counter.increment(by: growth) }
      self = .counter(counter, at: value)
    case .seconds(let counter, let before):
      let growth = value < before ? value : value - before
      if growth > 0 { counter.increment(by: growth) }
      self = .seconds(counter, at: value)
    }
  }

  /// Destroys the metric, after a gauge has become 0 for backends that keep the last value.
  func end() {
    switch self {
    case .gauge(let gauge):
      gauge.record(0)
      gauge.destroy()
    case .counter(let counter, _): counter.destroy()
    case .seconds(let counter, _): counter.destroy()
    }
  }
}

/// The metrics of one subject, each made when there is a first value for it.
struct MetricSet<Sample> {
  private let rows: [MetricRow<Sample>]
  private let maker: MetricMaker
  private let dimensions: [(String, String)]
  private var metrics: [PublishedMetric?]

  init(_ rows: [MetricRow<Sample>], _ maker: MetricMaker, _ dimensions: [(String, String)]) {
    self.rows = rows
    self.maker = maker
    self.dimensions = dimensions
    metrics = Array(repeating: nil, count: rows.count)
  }

  /// Publishes what the rows read of a sample.
  mutating func take(_ sample: Sample) {
    for (index, row) in rows.enumerated() {
      guard let value = row.read(sample), value.isFinite else { continue }
      var metric = metrics[index] ?? maker.metric(row.label, row.kind, dimensions)
      metric.take(value)
      metrics[index] = metric
    }
  }

  /// Destroys the metrics.
  func end() {
    for metric in metrics { metric?.end() }
  }
}
