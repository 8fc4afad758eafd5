import AEValue
import Testing

@Suite("Text of others on a terminal or in a file") struct LegibleTextTests {
  /// What has an effect, or lets a text pass for another one.
  private static let harmful: [Unicode.Scalar] = [
    "\u{7f}", "\u{80}", "\u{85}", "\u{9b}", "\u{9f}", "\u{ad}", "\u{61c}", "\u{200b}", "\u{200e}",
    "\u{2028}", "\u{2029}", "\u{202a}", "\u{202e}", "\u{2066}", "\u{2069}", "\u{378}", "\u{e000}",
    "\u{feff}", "\u{fff9}", "\u{ffff}", "\u{e0001}", "\u{e007f}", "\u{10ffff}",
  ]
  /// What is written as it is.
  private static let harmless: [Unicode.Scalar] = [
    " ", "~", "a", "\u{a0}", "\u{e9}", "\u{301}", "\u{3b1}", "\u{20ac}", "\u{4e2d}", "\u{fffd}",
    "\u{1f600}", "\u{20000}",
  ]

  @Test("each harmful character becomes its number, wherever it stands, and no other does")
  func table() {
    for scalar in Self.harmful {
      let digits = String(scalar.value, radix: 16)
      let text = "é\(scalar)\(scalar)a\(scalar)"
      #expect(
        LegibleText.text(text, .swift) == "é\\u{\(digits)}\\u{\(digits)}a\\u{\(digits)}")
      let perl = scalar.value > 0xff ? "\\x{\(digits)}" : "\\x\(digits)"
      #expect(LegibleText.text(text, .perl) == "é\(perl)\(perl)a\(perl)")
      let isInXML = scalar.value & 0xfffe != 0xfffe
      let xml = isInXML ? "&#x\(digits);" : "\\u{\(digits)}"
      #expect(LegibleText.text(text, .xml) == "é\(xml)\(xml)a\(xml)")
    }
    for scalar in Self.harmless {
      let text = "\(scalar)x\(scalar)"
      for notation in [LegibleText.Notation.swift, .perl, .json] {
        #expect(LegibleText.text(text, notation) == text)
      }
    }
  }

  @Test(
    "ASCII control characters are numbers, but the tab in logs and line feeds between lines of JSON"
  )
  func controls() {
    for byte in (UInt8(0)..<0x20).map({ $0 }) + [0x7f] {
      let text = String(Unicode.Scalar(byte))
      let digits = String(byte, radix: 16)
      #expect(LegibleText.text(text, .swift) == "\\u{\(digits)}")
      let isTab = byte == 9
      #expect(
        LegibleText.text(text, .perl)
          == (isTab ? "\t" : digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"))
      let json = "\\u00" + (digits.count == 1 ? "0\(digits)" : digits)
      #expect(LegibleText.text(text, .json) == json)
      #expect(LegibleText.text(text, .jsonLines) == (byte == 10 ? text : json))
      let isInXML = [9, 10, 13, 0x7f].contains(byte)
      #expect(
        LegibleText.text(text, .xml) == (isInXML ? "&#x\(digits);" : "\\u{\(digits)}"))
    }
  }

  @Test("JSON stays JSON of the same value, and holds no harmful character")
  func json() throws {
    for scalar in Self.harmful + Self.harmless {
      let value: Value = ["k\(scalar)": ["\(scalar)\(scalar)", .string("a\(scalar)")]]
      let text = LegibleText.text(try JSON.encode(value), .json)
      #expect(try JSON.decode(text) == value)
      #expect(text.unicodeScalars.allSatisfy { !Self.harmful.contains($0) })
    }
  }

  @Test("bytes that are no UTF-8 become their numbers, and nothing is read behind the end")
  func noText() {
    let table: [([UInt8], String)] = [
      ([0x61, 0x9b, 0x62], #"a\u{9b}b"#), ([0xc3], #"\u{c3}"#), ([0xc3, 0xa9], "é"),
      ([0xc0, 0x80], #"\u{c0}\u{80}"#), ([0xe2, 0x80], #"\u{e2}\u{80}"#),
      ([0xed, 0xa0, 0x80], #"\u{ed}\u{a0}\u{80}"#), ([0xf5, 0x41], #"\u{f5}A"#),
      ([0xe2, 0x80, 0xae, 0xff], #"\u{202e}\u{ff}"#), ([], ""),
    ]
    for (bytes, text) in table {
      var written: [UInt8] = []
      bytes.withUnsafeBufferPointer { LegibleText.each(of: $0, .swift) { written.append($0) } }
      #expect(written == Array(text.utf8), "\(bytes)")
    }
  }

  @Test("a text of a million harmful characters takes time in proportion")
  func linear() {
    let text = String(repeating: "\u{202e}", count: 1_000_000)
    #expect(LegibleText.text(text, .json).utf8.count == 6_000_000)
  }
}
