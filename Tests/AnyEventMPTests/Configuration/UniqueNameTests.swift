import AnyEventMP
import TestSupport
import Testing

@Suite struct UniqueNameTests {
  /// A generator with a known sequence.
  struct Counting: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  private func isAlphanumeric(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
      default: false
      }
    }
  }

  @Test("RUNIQ has ten characters, and the last is no lower-case letter")
  func runiq() {
    var generator = Counting(state: 1)
    for _ in 0..<1000 {
      let name = UniqueName.runiq(using: &generator)
      #expect(name.utf8.count == 10)
      #expect(isAlphanumeric(name))
      #expect(name.utf8.last.map { $0 < UInt8(ascii: "a") } == true)
    }
  }

  @Test("the same generator makes the same names, another one others")
  func reproducible() {
    var first = Counting(state: 7)
    var second = Counting(state: 7)
    var third = Counting(state: 8)
    let name = UniqueName.runiq(using: &first)
    #expect(name == UniqueName.runiq(using: &second))
    #expect(name != UniqueName.runiq(using: &third))
  }

  @Test("UNIQ has nine characters, whatever process id and time are")
  func uniq() {
    var generator = Counting(state: 2)
    for processID in [0, 1, 61, 62, 4_194_304, Int.max, Int.min] {
      for time in [0, 1.5, 1_700_000_000.123_456, -5, .infinity, -.infinity, 1e300] {
        let name = UniqueName.uniq(processID: processID, time: time, using: &generator)
        #expect(name.utf8.count == 9)
        #expect(isAlphanumeric(name))
      }
    }
  }

  @Test("UNIQ begins with the process id and the time")
  func uniqParts() {
    var generator = Counting(state: 3)
    #expect(UniqueName.uniq(processID: 62, time: 1.02035, using: &generator).hasPrefix("101eZ"))
  }

  @Test("a secret has 180 characters, and all characters occur", arguments: Seeds.some(1))
  func secret(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var seen: Set<Character> = []
    for _ in 0..<100 {
      let secret = UniqueName.secret(using: &generator)
      #expect(secret.utf8.count == 180)
      #expect(isAlphanumeric(secret))
      seen.formUnion(secret)
    }
    #expect(seen.count == 62)
  }
}
