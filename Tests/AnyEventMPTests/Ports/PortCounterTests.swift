import Testing

@testable import AnyEventMP

@Suite("Port names") struct PortCounterTests {
  @Test("names are counted up as Perl increments strings, starting behind \"a\"")
  func perlIncrement() {
    var counter = PortCounter()
    var names = (0..<18_278).map { _ in counter.next() }
    #expect(names[0] == "b")
    #expect(names[24] == "z")
    #expect(names[25] == "aa")
    #expect(names[26] == "ab")
    #expect(names[50] == "az")
    #expect(names[51] == "ba")
    #expect(names[700] == "zz")
    #expect(names[701] == "aaa")
    #expect(names[18_276] == "zzz")
    #expect(names[18_277] == "aaaa")
    names.append("a")
    #expect(Set(names).count == names.count, "a name came twice")
  }

  @Test("the next name is always the successor of the last one")
  func successor() {
    // The rule written a second way: numbers to the base 26 without a zero.
    func name(_ number: Int) -> String {
      var rest = number
      var digits: [UInt8] = []
      while rest > 0 {
        digits.insert(UInt8((rest - 1) % 26) + 97, at: 0)
        rest = (rest - 1) / 26
      }
      return String(decoding: digits, as: UTF8.self)
    }
    var counter = PortCounter()
    for number in 2..<5000 where counter.next() != name(number) {
      Issue.record("wrong name for \(number)")
    }
  }
}
