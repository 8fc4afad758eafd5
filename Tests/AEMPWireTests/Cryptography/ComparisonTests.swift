import Testing

@testable import AEMPWire

struct ComparisonTests {
  @Test("hexadecimal digits of every byte come back as the byte")
  func roundTrip() {
    let all = [UInt8](0...255)
    let digits = all.withUnsafeBytes(Hexadecimal.encode)
    #expect(digits.count == 512)
    #expect(Array("000102".utf8) == Array(digits.prefix(6)))
    #expect(Hexadecimal.decode(digits) == all)
    #expect([UInt8]().withUnsafeBytes(Hexadecimal.encode).isEmpty)
    #expect(Hexadecimal.decode([UInt8]()) == [])
  }

  @Test(
    "what is not pairs of lower-case digits is refused",
    arguments: ["0", "abc", "AB", "aB", "0g", "0x", " 00", "00 ", "-1", "é", "/0", ":0", "`0"])
  func refused(text: String) { #expect(Hexadecimal.decode(Array(text.utf8)) == nil) }

  @Test("bytes are equal only when all of them are")
  func equality() {
    let code = [UInt8](0..<64)
    #expect(ConstantTime.areEqual(code, code))
    #expect(ConstantTime.areEqual([], []))
    #expect(!ConstantTime.areEqual(code, Array(code.dropLast())))
    #expect(!ConstantTime.areEqual(code, []))
    for index in code.indices {
      for bit in 0..<8 {
        var other = code
        other[index] ^= 1 << bit
        #expect(!ConstantTime.areEqual(code, other))
      }
    }
  }
}
