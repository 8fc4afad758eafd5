import TestSupport
import Testing

@Suite("Nobody alive is taken for dead") struct LifeTests {
  @Test(
    "on slow and lossy lines, with much that is queued and loops that are blocked",
    arguments: 0..<6)
  func fixedSeeds(seed: UInt64) async throws {
    _ = try check(seed, hours: 2)
    await Task.yield()
  }

  /// What `scripts/soak` runs: from the seed `AE_SEED` on, for `AE_SOAK_MINUTES` or one seed.
  @Test("seeds from AE_SEED on", .enabled(if: Seeds.given != nil))
  func givenSeeds() throws {
    var hours = 0.0
    try Seeds.soak(
      { hours += try check($0, hours: 10) }, adding: { ", \(Int(hours)) hours of nodes" })
  }

  private func check(_ seed: UInt64, hours: Double) throws -> Double {
    let run = try LifeRun(seed: seed)
    let nodeHours = run.run(hours: hours)
    if !run.convictions.isEmpty {
      let command = "AE_SEED=\(seed) swift test --filter LifeTests/givenSeeds"
      Issue.record(
        "seed \(seed), again by \(command): \(run.convictions.prefix(20).joined(separator: "; "))")
    }
    return nodeHours
  }
}
