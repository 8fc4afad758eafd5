import TestSupport
import Testing

@testable import AEValue

@Suite("scans with vectors find what scans byte by byte do") struct TextScanTests {
  /// Text of nearly only plain bytes: a few that are special in JSON, a few that are not ASCII.
  private static func bytes(_ random: inout SeededGenerator, _ count: Int) -> [UInt8] {
    let others: [UInt8] = [0, 0x1f, 0x20, 0x22, 0x5c, 0x5b, 0x5d, 0x7f, 0x80, 0xc3, 0xff]
    return (0..<count).map { _ in
      random.number(below: 40) == 0 ? random.pick(others) : UInt8(ascii: "x")
    }
  }

  @Test("the count of plain bytes, their copy and whether all are ASCII", arguments: Seeds.some(4))
  func scans(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for count in Array(0..<300) + [1000, 1023, 1024] {
      // Most long texts have a byte that stops a scan; every third one has none that is far in front.
      var bytes = Self.bytes(&random, count + 3)
      if count % 3 == 0 {
        let first = random.number(below: count + 1)
        for index in 0..<first { bytes[index] = UInt8(ascii: "x") }
      }
      let offset = random.number(below: 3)
      bytes.withUnsafeBytes { all in
        guard let base = all.baseAddress else { return }
        let start = base + offset
        let plain = bytes[offset..<offset + count]
          .prefix { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }.count
        var isASCII = true
        #expect(TextScan.plainCount(start, count, isASCII: &isASCII) == plain)
        // It may see what is behind, but must not miss what is before.
        if bytes[offset..<offset + plain].contains(where: { $0 >= 0x80 }) { #expect(!isASCII) }
        if bytes[offset..<offset + count].allSatisfy({ $0 < 0x80 }) { #expect(isASCII) }
        isASCII = true
        #expect(TextScan.Words.plainCount(start, count, isASCII: &isASCII) == plain)
        isASCII = true
        #expect(TextScan.plainCount(start, count, isASCII: &isASCII, atMost: .sixteen) == plain)
        if bytes[offset..<offset + plain].contains(where: { $0 >= 0x80 }) { #expect(!isASCII) }

        for copy in [
          { TextScan.copyPlain($0, $1, to: $2) },
          { TextScan.copyPlain($0, $1, to: $2, atMost: .sixteen) }, TextScan.Words.copyPlain,
        ] {
          var target = [UInt8](repeating: 0xee, count: count + 8)
          let copied = target.withUnsafeMutableBytes { target in
            target.baseAddress.map { copy(start, count, $0) }
          }
          #expect(copied == plain)
          #expect(target.prefix(plain) == bytes[offset..<offset + plain])
          #expect(target.suffix(8).allSatisfy { $0 == 0xee }, "nothing beyond the count is written")
        }

        let isAll = bytes[offset..<offset + count].allSatisfy { $0 < 0x80 }
        #expect(TextScan.isASCII(start, count) == isAll)
        #expect(TextScan.isASCII(start, count, atMost: .sixteen) == isAll)
        #expect(TextScan.Words.isASCII(start, count) == isAll)
      }
    }
  }
}
