import AEValue
import AnyEventMP
import Testing

struct CertificateTextTests {
  private static let now = 1_800_000_000

  @Test("a generated text is taken as it is, and the bytes it came in are wiped")
  func wiped() throws {
    let text = try CertificateText.generate(now: Self.now)
    var pem = Array((text.string ?? "").utf8)
    let count = pem.count
    #expect(count > 500)
    #expect(try CertificateText.check(&pem, name: "x", now: Self.now) == text)
    #expect(pem == [UInt8](repeating: 0, count: count))
  }

  @Test("a text that is refused is wiped too, and is not in the sentence")
  func refused() {
    var pem = Array("geheim".utf8)
    let error = #expect(throws: ConfigurationError.self) {
      _ = try CertificateText.check(&pem, name: "x.pem", now: Self.now)
    }
    #expect(error?.code == .badValue)
    #expect(error?.sentence.hasPrefix("x.pem holds no PEM text") == true)
    #expect(error?.sentence.contains("geheim") == false)
    #expect(pem == [UInt8](repeating: 0, count: 6))
  }

  @Test("a text over the limit is refused before it is read")
  func tooLarge() {
    var pem = [UInt8](repeating: 0x20, count: CertificateText.sizeLimit + 1)
    let error = #expect(throws: ConfigurationError.self) {
      _ = try CertificateText.check(&pem, name: "x.pem", now: Self.now)
    }
    #expect(error?.code == .unusableInput)
  }
}
