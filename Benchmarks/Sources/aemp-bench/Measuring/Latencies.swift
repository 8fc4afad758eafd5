/// Round trip times in nanoseconds; the first ones warm up and do not count.
struct Latencies {
  private static let warmUp = 2000
  private var samples: [Int] = []

  init(capacity: Int) {
    samples.reserveCapacity(capacity)
  }

  mutating func add(_ nanoseconds: Int) { samples.append(nanoseconds) }

  /// Adds median, percentiles and mean, in microseconds.
  func add(to report: inout Report) {
    let sorted = samples.dropFirst(Self.warmUp).sorted()
    guard let least = sorted.first else { return }
    report.add("n", sorted.count)
    report.add("p50", Self.microseconds(sorted[sorted.count / 2]))
    report.add("p99", Self.microseconds(sorted[sorted.count * 99 / 100]))
    report.add("p999", Self.microseconds(sorted[sorted.count * 999 / 1000]))
    report.add("min", Self.microseconds(least))
    report.add("mean", Self.microseconds(sorted.reduce(0, +)) / Double(sorted.count))
  }

  private static func microseconds(_ nanoseconds: Int) -> Double { Double(nanoseconds) / 1000 }
}
