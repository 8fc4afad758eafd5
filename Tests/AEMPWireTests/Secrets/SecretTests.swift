import AEMPWire
import Testing

struct SecretTests {
  private func content(_ secret: Secret?) -> [UInt8]? { secret?.withBytes { Array($0) } }

  @Test("a secret has one byte per code point")
  func codePoints() throws {
    #expect(content(try Secret("grün")) == [0x67, 0x72, 0xFC, 0x6E])
    #expect(content(try Secret("\u{00FF}\u{0080}\u{0000}a")) == [0xFF, 0x80, 0x00, 0x61])
    // A line break of Windows is one Character but two code points.
    #expect(content(try Secret("a\r\nb")) == [0x61, 0x0D, 0x0A, 0x62])
  }

  @Test("a secret can be made from bytes")
  func fromBytes() throws {
    #expect(content(try Secret(bytes: [0, 1, 255])) == [0, 1, 255])
    #expect(content(try Secret(bytes: Array(0..<180))) == Array(0..<180))
    #expect(try Secret(bytes: "grün".unicodeScalars.map { UInt8($0.value) }) == Secret("grün"))
  }

  @Test("an empty secret is none")
  func empty() throws {
    #expect(try Secret("") == nil)
    #expect(try Secret(bytes: []) == nil)
  }

  @Test(
    "a code point above U+00FF is refused with its position, not with the secret",
    arguments: [
      "hunter€2", "hunter\u{100}2", "hunter\u{1F600}2",
    ])
  func tooLarge(text: String) throws {
    let error = try #require(throws: SecretError.self) { try Secret(text) }
    #expect(error.code == .codePointTooLarge)
    #expect(error.description.contains("character 7"))
    #expect(!error.description.contains("hunter"))
  }

  @Test("secrets are equal when their bytes are")
  func equality() throws {
    #expect(try Secret("abc") == Secret("abc"))
    #expect(try Secret("abc") != Secret("abd"))
    #expect(try Secret("abc") != Secret("abcd"))
  }

  @Test("many secrets come and go")
  func lifetimes() throws {
    for round in 0..<500 {
      let secret = try #require(try Secret(String(repeating: "x", count: 1 + round)))
      #expect(secret.count == round + 1)
    }
  }
}
