import AEValue
import Testing

@Test(
  "bytes are text: their UTF-8, or one character each",
  arguments: [
    ([], ""), (Array("häuser\r\n".utf8), "häuser\r\n"), ([0x68, 0xE4], "hä"), ([0xFF, 0], "ÿ\0"),
  ] as [([UInt8], String)])
func textOfBytes(_ bytes: [UInt8], _ text: String) {
  #expect(bytes.text == text)
  #expect(bytes[...].text == text)
  #expect(Text(bytes.reversed().reversed().text) == Text(text))
}

@Test("a part of bytes that ends with CR LF is cut where the bytes say") func partOfBytes() {
  let data = Array("ab\r\n\r\n".utf8)
  #expect(data.dropLast(2).text == "ab\r\n")
  #expect(data.prefix(1).text == "a")
}
