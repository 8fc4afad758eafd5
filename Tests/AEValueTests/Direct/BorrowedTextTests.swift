import TestSupport
import Testing

@testable import AEValue

@Suite("Borrowed text") struct BorrowedTextTests {
  /// Calls `body` with what lends these texts; their bytes are others afterwards.
  private static func lending(_ texts: [String], _ body: ([BorrowedText]) -> Void) {
    let lender = TextLender()
    var bytes = texts.flatMap { Array($0.utf8) }
    bytes.withUnsafeMutableBytes { all in
      var start = 0
      var lent: [BorrowedText] = []
      for text in texts {
        guard let base = all.baseAddress else { return }
        let count = text.utf8.count
        lent.append(
          lender.lend(
            UnsafeRawPointer(base + start), count,
            isASCII: TextScan.isASCII(UnsafeRawPointer(base + start), count)))
        start += count
      }
      body(lent)
      lent = []
      #expect(lender.hasLent)
      lender.takeBack()
      #expect(!lender.hasLent)
      all.initializeMemory(as: UInt8.self, repeating: 0xff)
    }
  }

  private static let texts = ["", "short", "a text of more than fifteen bytes", "é", "e\u{301}"]

  @Test("is compared and hashed by its bytes, and can be read, copied and matched")
  func access() {
    Self.lending(Self.texts) { lent in
      for (text, borrowed) in zip(Self.texts, lent) {
        #expect(borrowed.utf8Count == text.utf8.count)
        #expect(borrowed.isEmpty == text.isEmpty)
        #expect(borrowed.withUTF8 { Array($0) } == Array(text.utf8))
        #expect(borrowed.withSpan { $0.count } == text.utf8.count)
        #expect(Array(String(borrowed).utf8) == Array(text.utf8))
        #expect(borrowed.description == text && borrowed.debugDescription == text.debugDescription)
        for (index, other) in Self.texts.enumerated() {
          let isSame = Array(other.utf8) == Array(text.utf8)
          #expect((borrowed == other) == isSame)
          #expect((other != borrowed) != isSame)
          #expect((borrowed == lent[index]) == isSame)
          #expect((borrowed == BorrowedText(other)) == isSame)
          #expect((borrowed.hashValue == BorrowedText(other).hashValue) == isSame)
        }
      }
      var matched = ""
      switch lent[1] {
      case "long": matched = "long"
      case "short": matched = "short"
      default: break
      }
      #expect(matched == "short")
    }
  }

  @Test("what is kept is a copy when the bytes are gone, however many there are")
  func keeping() {
    var kept: [BorrowedText] = []
    var counts: [BorrowedText: Int] = [:]
    for round in 0..<20 {
      let texts = (0...round % 7).map { "text \($0) of round \(round)" }
      Self.lending(texts) { lent in
        kept += lent
        counts[lent[0], default: 0] += 1
      }
    }
    let expected = (0..<20).flatMap { round in
      (0...round % 7).map { "text \($0) of round \(round)" }
    }
    #expect(kept.map { String($0) } == expected)
    #expect(counts[BorrowedText("text 0 of round 3")] == 1)
    #expect(counts.count == 20)
  }

  @Test("the same objects lend again, unless somebody holds them")
  func reuse() {
    let lender = TextLender()
    let bytes = Array("onetwo".utf8)
    bytes.withUnsafeBytes { all in
      guard let start = all.baseAddress else { return }
      let first = ObjectIdentifier(lender.lend(start, 3, isASCII: true).bytes)
      var held: BorrowedText? = lender.lend(start, 3, isASCII: true)
      #expect(held.map { ObjectIdentifier($0.bytes) } == first)
      let second = lender.lend(start + 3, 3, isASCII: true)
      #expect(ObjectIdentifier(second.bytes) != first)
      #expect(held == BorrowedText("one") && second == "two")
      held = nil
      #expect(ObjectIdentifier(lender.lend(start, 3, isASCII: true).bytes) == first)
      lender.takeBack()
    }
  }
}
