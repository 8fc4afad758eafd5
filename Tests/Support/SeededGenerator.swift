import AEValue
import Glibc
import Testing

/// Random numbers that a seed determines (SplitMix64), the same on every machine.
package struct SeededGenerator: RandomNumberGenerator {
  private var generator: SplitMix64

  package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  package mutating func next() -> UInt64 { generator.next() }

  /// A number from 0 on.
  package mutating func number(below limit: Int) -> Int { Int(next() % UInt64(limit)) }

  /// One of several.
  package mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element {
    choices[choices.index(choices.startIndex, offsetBy: number(below: choices.count))]
  }
}

/// The seeds of tests with random numbers; one that fails is named as the test's argument.
package enum Seeds {
  /// The environment's `AE_SEED`, nil if it is not set: every test with random numbers begins with it.
  package static let given: UInt64? = getenv("AE_SEED").flatMap { UInt64(String(cString: $0)) }

  /// The environment's `AE_SOAK_MINUTES`: for how long the tests that `scripts/soak` runs go on from `given`.
  package static let minutes =
    getenv("AE_SOAK_MINUTES").flatMap { Double(String(cString: $0)) } ?? 0

  /// What `scripts/soak` runs: calls `body` with ``given`` and those behind it, for ``minutes`` or with one seed, and
  /// prints which were done, with what else there is to say of them.
  package static func soak(
    _ body: (UInt64) throws -> Void, adding words: () -> String = { "" }
  ) throws {
    let first = try #require(given)
    let end = ContinuousClock.now + .seconds(minutes * 60)
    var seed = first
    repeat {
      try body(seed)
      seed += 1
    } while ContinuousClock.now < end
    print("seeds \(first) to \(seed - 1) done: \(seed - first)\(words())")
  }

  /// So many seeds in a row, from `AE_SEED` or 1 on; those of one part of a test that is run in parts.
  package static func some(_ count: UInt64, part: Int = 0) -> Range<UInt64> {
    let first = (given ?? 1) + UInt64(part) * count
    return first..<first + count
  }
}
