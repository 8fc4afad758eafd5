import Foundation
import Testing

@Suite("The guarantee under faults") struct GuaranteeTests {
  /// Seeds that once showed a mistake.
  static let failedOnce: [UInt64] = []
  static let seedsPerTest: UInt64 = 50
  static let tests: UInt64 = 20

  @Test("messages arrive in order without holes until the monitor fires", arguments: 0..<tests)
  func fixedSeeds(part: UInt64) throws {
    for seed in part * Self.seedsPerTest..<(part + 1) * Self.seedsPerTest { try check(seed) }
  }

  @Test("seeds that once showed a mistake", arguments: failedOnce)
  func failedSeeds(seed: UInt64) throws { try check(seed) }

  @Test(
    "the seed of AE_SEED", .enabled(if: ProcessInfo.processInfo.environment["AE_SEED"] != nil))
  func oneSeed() throws {
    let text = ProcessInfo.processInfo.environment["AE_SEED"] ?? ""
    try check(try #require(UInt64(text)))
  }

  private func check(_ seed: UInt64) throws {
    let violations = try GuaranteeRun(seed: seed).perform()
    if !violations.isEmpty {
      let command = "AE_SEED=\(seed) swift test --filter GuaranteeTests/oneSeed"
      Issue.record(
        "seed \(seed) (\(command)): \(violations.prefix(5).joined(separator: "; "))")
    }
  }
}
