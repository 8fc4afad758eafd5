import AEValue
import Glibc

/// Random numbers that a seed determines: the same on every machine (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  /// A generator with this seed.
  public init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
  }

  /// The next number.
  public mutating func next() -> UInt64 { generator.next() }

  /// A generator for a part of the simulation, so that the parts do not depend on the order in which they draw.
  func derived(_ parts: UInt64...) -> SeededRandom {
    var seed = generator.state
    for part in parts { seed = SplitMix64.mix(seed ^ SplitMix64.first(part)) }
    return SeededRandom(seed: seed)
  }

  /// A number from 0 up to, but not including, `limit`.
  public mutating func number(below limit: Int) -> Int {
    Int.random(in: 0..<limit, using: &self)
  }

  /// True with this probability.
  public mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }

  /// A number in the range.
  public mutating func number(in range: ClosedRange<Double>) -> Double {
    Double.random(in: range, using: &self)
  }

  /// One of the choices; nil when there are none.
  public mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element? {
    choices.randomElement(using: &self)
  }
}

/// The seed of a network that was made without one.
enum ChosenSeed {
  /// The seed from the environment, or a new one; printed on standard error.
  static func next() -> UInt64 {
    let given = getenv("AE_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    var line = "simulated network: AE_SEED=\(seed)\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return seed
  }
}
