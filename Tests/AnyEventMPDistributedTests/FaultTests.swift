import TestSupport
import Testing

@Suite("Distributed actors under faults") struct ActorFaultTests {
  static let seedsPerTest: UInt64 = 100

  @Test(
    "every call ends as documented, none is run twice, and nothing is left, in 200 networks",
    arguments: UInt64(0)..<2)
  func fixedSeeds(part: UInt64) async throws {
    var endings: Set<String> = []  // String keys: words of the run's file
    for seed in part * Self.seedsPerTest..<(part + 1) * Self.seedsPerTest {
      endings.formUnion(try check(seed).endings)
      // Tests that wait for a task would wait until all networks are done.
      await Task.yield()
    }
    // No rule holds only because nothing happens.
    #expect(
      endings == [
        "value", "its error", "cancelled", "timed out", "died", "closed", "relayed",
      ])
  }

  @Test("a run is the same each time", arguments: [UInt64(3), 14, 159])
  func repeated(seed: UInt64) throws {
    #expect(try check(seed).trace == check(seed).trace)
  }

  /// What `scripts/soak` runs: from the seed `AE_SEED` on, for `AE_SOAK_MINUTES` or one seed.
  @Test("seeds from AE_SEED on", .enabled(if: Seeds.given != nil))
  func givenSeeds() throws {
    try Seeds.soak { _ = try check($0) }
  }

  /// Runs one network; returns a text that equal runs share, and how calls have ended.
  private func check(_ seed: UInt64) throws -> (trace: String, endings: Set<String>) {
    let run = try FaultRun(seed: seed)
    let (violations, trace) = try run.perform()
    if !violations.isEmpty {
      let command = "AE_SEED=\(seed) swift test --filter ActorFaultTests/givenSeeds"
      Issue.record(
        "seed \(seed), again by \(command): \(violations.prefix(20).joined(separator: "; "))")
    }
    return (trace, run.endings)
  }
}
