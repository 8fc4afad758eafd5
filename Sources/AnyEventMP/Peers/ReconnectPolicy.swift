/// When to dial an address again: at once first, then after doubling waits.
///
/// Pure: randomness and times are passed in.
struct ReconnectPolicy {
  /// Seconds that the first wait's half is drawn from, so that nodes started together spread out.
  let unit: ClosedRange<Double>
  /// The longest wait in seconds.
  let maximum: Double
  private var attempts = 0
  /// Whether the next lost connection may be made again at once.
  private var mayRetryAtOnce = true
  /// A connection that is lost this soon (seconds) does not count as a success.
  private static let provingTime = 5.0

  init(unit: ClosedRange<Double>, maximum: Double) {
    self.unit = unit
    self.maximum = maximum
  }

  /// How long to wait after a failed attempt, in seconds.
  mutating func delayAfterFailure(using random: inout some RandomNumberGenerator) -> Double {
    attempts += 1
    let factor = Double(1 << min(attempts, 20))
    return min(factor * Double.random(in: unit, using: &random), maximum)
  }

  /// How long to wait after a connection is lost that lasted so many seconds.
  ///
  /// Nothing usually. A peer that accepts and drops at once is retried at once only the first time,
  /// also after failed attempts: a 2.02 node may drop the connection that follows one.
  mutating func delayAfterLoss(
    lasted seconds: Double, using random: inout some RandomNumberGenerator
  ) -> Double {
    if seconds >= Self.provingTime {
      attempts = 0
      mayRetryAtOnce = true
    }
    guard mayRetryAtOnce else { return delayAfterFailure(using: &random) }
    mayRetryAtOnce = false
    attempts = max(attempts, 1)
    return 0
  }
}
