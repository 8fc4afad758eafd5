import Glibc

/// Times, of which the percentiles are wanted: exact to a hundredth, in the same memory however many there are.
final class Histogram {
  private(set) var count = 0
  private(set) var least = 0.0
  private(set) var greatest = 0.0
  private var buckets = [Int](repeating: 0, count: most)

  /// A bucket is larger than the one before by this factor; the first begins at a hundred nanoseconds.
  private static let growth = 1.01
  private static let first = 1e-7
  private static let most = 2600

  func add(_ seconds: Double) {
    let seconds = max(0, seconds)
    least = count == 0 ? seconds : min(least, seconds)
    greatest = max(greatest, seconds)
    count += 1
    let place = seconds <= Self.first ? 0 : log(seconds / Self.first) / log(Self.growth)
    buckets[min(Int(min(place, 1e6)), Self.most - 1)] += 1
  }

  /// The time below which this share of all times lies; 0 without any.
  func percentile(_ share: Double) -> Double {
    let wanted = max(1, Int((Double(count) * share).rounded(.up)))
    var sum = 0
    for (index, number) in buckets.enumerated() {
      sum += number
      guard sum >= wanted else { continue }
      let middle = Self.first * pow(Self.growth, Double(index) + 0.5)
      return min(max(middle, least), greatest)
    }
    return greatest
  }
}
