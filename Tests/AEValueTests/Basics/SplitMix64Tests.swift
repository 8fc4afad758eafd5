import AEValue
import TestSupport
import Testing

@Suite("Random numbers by a seed") struct SplitMix64Tests {
  // What the authors' program in C prints for this seed.
  static let numbers: [UInt64] = [
    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
  ]

  @Test("the numbers of a seed are those of SplitMix64")
  func known() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect(Self.numbers.map { _ in generator.next() } == Self.numbers)
    #expect(SplitMix64.first(1_234_567) == Self.numbers[0])
  }

  @Test("the generator of the tests gives the same numbers")
  func ofTests() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(Self.numbers.map { _ in generator.next() } == Self.numbers)
  }
}
