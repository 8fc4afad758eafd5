import AnyEvent
import Testing

@testable import AnyEventMP

@Suite("The reason that is kept") struct SharedReasonTests {
  private func array(_ values: Value..., from reasons: inout SharedReason) -> [Value] {
    values.withUnsafeBufferPointer { reasons.array($0) }
  }

  private func address(_ array: [Value]) -> UnsafePointer<Value>? {
    array.withUnsafeBufferPointer { $0.baseAddress }
  }

  @Test("the same values again are the same array, which is encoded already")
  func kept() throws {
    var reasons = SharedReason()
    let first = array("bye", 1, nil, true, from: &reasons)
    let second = array("bye", 1, nil, true, from: &reasons)
    #expect(first == ["bye", 1, nil, true])
    #expect(address(first) == address(second))
    var expected: [UInt8] = []
    for value in first { expected += try CBOR.encode(value) }
    #expect(reasons.encoding(of: second).map(Array.init) == expected)
    #expect(reasons.encoding(of: []).map(Array.init) == [])
    #expect(
      reasons.encoding(of: ["bye", 1, nil, true]) == nil, "an equal array is not the kept one")
    let other = array("bye", 2, from: &reasons)
    #expect(other == ["bye", 2])
    #expect(reasons.encoding(of: first) == nil)
  }

  @Test("what only compares as equal stays what it was")
  func equivalentTexts() {
    var reasons = SharedReason()
    for text in [
      "\u{e9}", "e\u{301}", "K", "\u{212a}", ";", "\u{37e}", "a\u{323}\u{307}", "a\u{307}\u{323}",
    ] {
      let made = array(.string(text), from: &reasons)
      #expect(made.first?.string.map { Array($0.utf8) } == Array(text.utf8))
    }
    for value: Value in [1, true, "1", 1.0, nil, "", []] {
      let made = array(value, from: &reasons)
      #expect(made == [value])
    }
  }

  @Test("long and nested reasons are not kept")
  func notKept() {
    var reasons = SharedReason()
    let long = Value.string(String(repeating: "x", count: 100))
    for value in [long, [1, 2], .double(1.5), .bytes([200])] {
      let made = array(value, from: &reasons)
      #expect(made == [value])
      #expect(reasons.encoding(of: made) == nil)
    }
  }
}
