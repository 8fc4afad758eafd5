import TestSupport
import Testing

@testable import AnyEventMP

@Suite("When to dial again") struct ReconnectPolicyTests {
  @Test("waits double from 2r on, r within its range, up to the longest", arguments: Seeds.some(20))
  func backOff(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var policy = ReconnectPolicy(unit: 0.6...1.2, maximum: 30)
    for attempt in 1...40 {
      let delay = policy.delayAfterFailure(using: &random)
      let factor = Double(1 << min(attempt, 20))
      #expect(
        delay >= min(30, factor * 0.6) && delay <= min(30, factor * 1.2), "attempt \(attempt)")
    }
  }

  @Test("nodes started together spread out", arguments: Seeds.some(1))
  func spread(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let delays = (0..<100).map { _ in
      var policy = ReconnectPolicy(unit: 0.6...1.2, maximum: 30)
      return policy.delayAfterFailure(using: &random)
    }
    #expect(Set(delays).count > 90)
    #expect((delays.max() ?? 0) - (delays.min() ?? 0) > 1)
  }

  @Test(
    "after a loss of a connection that lasted, at once and from the beginning",
    arguments: Seeds.some(1))
  func loss(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var policy = ReconnectPolicy(unit: 0.6...1.2, maximum: 30)
    for _ in 0..<10 { _ = policy.delayAfterFailure(using: &random) }
    #expect(policy.delayAfterLoss(lasted: 100, using: &random) == 0)
    #expect(policy.delayAfterFailure(using: &random) <= 4.8)
  }

  @Test(
    "a peer that accepts and drops is retried at once the first time, then less and less often",
    arguments: Seeds.some(1))
  func flapping(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var policy = ReconnectPolicy(unit: 0.6...1.2, maximum: 30)
    #expect(policy.delayAfterLoss(lasted: 0.1, using: &random) == 0)
    var last = 0.0
    for _ in 0..<10 {
      let delay = policy.delayAfterLoss(lasted: 0.1, using: &random)
      #expect(delay > 0 && delay >= min(last, 15))
      last = delay
    }
    #expect(last >= 30 * 0.6)
  }

  @Test("a connection counts as a success from five seconds on", arguments: Seeds.some(1))
  func proving(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var policy = ReconnectPolicy(unit: 0.6...1.2, maximum: 30)
    for _ in 0..<3 { #expect(policy.delayAfterLoss(lasted: 5, using: &random) == 0) }
    #expect(policy.delayAfterLoss(lasted: 4.9, using: &random) > 0)
    #expect(policy.delayAfterLoss(lasted: 5, using: &random) == 0)
  }

  @Test(
    "a connection that drops at once is retried at once also after failed attempts",
    arguments: Seeds.some(1))
  func lossAfterFailures(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var policy = ReconnectPolicy(unit: 0.6...1.2, maximum: 30)
    for _ in 0..<3 { _ = policy.delayAfterFailure(using: &random) }
    #expect(policy.delayAfterLoss(lasted: 0.1, using: &random) == 0)
    #expect(policy.delayAfterLoss(lasted: 0.1, using: &random) > 1.2)
    #expect(policy.delayAfterLoss(lasted: 100, using: &random) == 0)
  }
}
