import TestSupport
import Testing

@Suite("The guarantee under faults") struct GuaranteeTests {
  /// Seeds that once showed a mistake; the number that a run got from the seed may mean another run
  /// since, but they cost little.
  static let failedOnce: [UInt64] = [561, 984, 90238]
  static let seedsPerTest: UInt64 = 100
  static let tests: UInt64 = 20

  @Test(
    "whatever happens to 2,000 networks: messages, monitors, database and memory are right",
    arguments: 0..<tests)
  func fixedSeeds(part: UInt64) async throws {
    var reasons: Set<String> = []
    for seed in part * Self.seedsPerTest..<(part + 1) * Self.seedsPerTest {
      reasons.formUnion(try check(seed))
      // Tests that wait for a task would wait until all networks are done.
      await Task.yield()
    }
    // No rule holds only because nothing happens.
    #expect(Self.troubles.subtracting(reasons).isEmpty)
  }

  /// Why monitors fire in so many networks.
  static let troubles: Set<String> = [
    "none", "killed", "no_such_port", "too_much_queued", "too much queued", "no sign of life",
    "no known address", "connect timeout", "connection closed by the other node",
    "Connection reset by peer",
  ]

  @Test("seeds that once showed a mistake", arguments: failedOnce)
  func failedSeeds(seed: UInt64) throws { _ = try check(seed) }

  /// What `scripts/soak` runs: from the seed `AE_SEED` on, for `AE_SOAK_MINUTES` or one seed.
  @Test("seeds from AE_SEED on", .enabled(if: Seeds.given != nil))
  func givenSeeds() throws {
    try Seeds.soak { _ = try check($0) }
  }

  /// Runs one network; returns why monitors fired.
  private func check(_ seed: UInt64) throws -> Set<String> {
    let run = try GuaranteeRun(seed: seed)
    let violations = try run.perform()
    if violations.isEmpty { return run.reasons }
    let command = "AE_SEED=\(seed) swift test --filter GuaranteeTests/givenSeeds"
    Issue.record(
      "seed \(seed), again by \(command): \(violations.prefix(20).joined(separator: "; "))")
    return run.reasons
  }
}
