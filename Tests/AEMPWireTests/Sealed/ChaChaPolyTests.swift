import Glibc
import Testing

@testable import AEMPWire

/// ChaCha20-Poly1305 against the answer of RFC 8439, section 2.8.2.
struct ChaChaPolyTests {
  private static let text = Array(
    """
    Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
    sunscreen would be it.
    """.utf8)
  private static let key = bytes(
    hex: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")
  private static let nonce = bytes(hex: "070000004041424344454647")
  private static let header = bytes(hex: "50515253c0c1c2c3c4c5c6c7")
  private static let encrypted = bytes(
    hex: """
      d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6\
      3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36\
      92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
      3ff4def08e4b7a9de576d26586cec64b6116
      """)
  private static let code = bytes(hex: "1ae10b594f09e26a7e902ecbd0600691")

  private static func cipher(seals: Bool) throws -> ChaChaPolyCipher {
    let memory = KeyMemory(count: 32) { $0.update(from: key, count: 32) }
    return try #require(ChaChaPolyCipher(memory, seals: seals))
  }

  private static func opened(
    _ cipher: ChaChaPolyCipher, _ text: [UInt8], code: [UInt8], header: [UInt8]
  ) -> [UInt8]? {
    var (text, code) = (text, code)
    let isAuthentic = text.withUnsafeMutableBytes { text in
      code.withUnsafeMutableBytes { code in
        header.withUnsafeBytes { header in
          code.baseAddress.map { cipher.decrypt(text, code: $0, nonce: nonce, header: header) }
        }
      }
    }
    return isAuthentic == true ? text : nil
  }

  @Test("sealing gives the text and the code of the RFC, every time")
  func seals() throws {
    let cipher = try ChaChaPolyTests.cipher(seals: true)
    for _ in 0..<3 {
      var result = [UInt8](repeating: 0, count: ChaChaPolyTests.text.count + 16)
      let isSealed = result.withUnsafeMutableBytes { result in
        ChaChaPolyTests.text.withUnsafeBytes { text in
          ChaChaPolyTests.header.withUnsafeBytes { header in
            result.baseAddress.map { start in
              cipher.encrypt(
                text, to: start, code: start + text.count, nonce: ChaChaPolyTests.nonce,
                header: header)
            }
          }
        }
      }
      #expect(isSealed == true)
      #expect(result == ChaChaPolyTests.encrypted + ChaChaPolyTests.code)
    }
  }

  @Test("opening gives the text back, also after one that was forged")
  func opens() throws {
    let cipher = try ChaChaPolyTests.cipher(seals: false)
    let (encrypted, code) = (ChaChaPolyTests.encrypted, ChaChaPolyTests.code)
    for position in 0..<(encrypted.count + code.count + ChaChaPolyTests.header.count) {
      var forged = encrypted + code + ChaChaPolyTests.header
      forged[position] ^= 1
      let nothing = ChaChaPolyTests.opened(
        cipher, Array(forged.prefix(encrypted.count)),
        code: Array(forged[encrypted.count..<encrypted.count + 16]),
        header: Array(forged[(encrypted.count + 16)...]))
      #expect(nothing == nil)
      let text = ChaChaPolyTests.opened(
        cipher, encrypted, code: code, header: ChaChaPolyTests.header)
      #expect(text == ChaChaPolyTests.text)
    }
  }

  /// The bytes of a record of a cipher.
  private static func record(_ cipher: ChaChaPolyCipher, _ content: [UInt8], number: UInt64)
    -> [UInt8]
  {
    var record = [UInt8](repeating: 0, count: RecordFormat.overhead + content.count)
    let isSealed = record.withUnsafeMutableBytes { record in
      content.withUnsafeBytes { content in
        record.baseAddress.map { cipher.seal(content, as: $0, number: number) }
      }
    }
    #expect(isSealed == true)
    return record
  }

  @Test("ciphers of several connections take turns, and each has its own key")
  func turns() throws {
    func cipher(_ byte: UInt8, seals: Bool) throws -> ChaChaPolyCipher {
      let key = KeyMemory(count: 32) { $0.update(repeating: byte, count: 32) }
      return try #require(ChaChaPolyCipher(key, seals: seals))
    }
    let sealers = try (0..<3 as Range<UInt8>).map { try cipher($0, seals: true) }
    let openers = try (0..<3 as Range<UInt8>).map { try cipher($0, seals: false) }
    for number in 0..<30 as Range<UInt64> {
      let records = sealers.map { ChaChaPolyTests.record($0, ChaChaPolyTests.text, number: number) }
      for (index, opener) in openers.enumerated() {
        for (sender, record) in records.enumerated() {
          var record = record
          let isOpen = record.withUnsafeMutableBytes { opener.open($0, number: number) }
          #expect(isOpen == (index == sender))
          let content = record.dropFirst(RecordFormat.overhead)
          #expect((content == ChaChaPolyTests.text[...]) == isOpen)
        }
      }
    }
  }

  @Test("no context has the key of a cipher that is gone")
  func forgets() throws {
    var cipher: ChaChaPolyCipher? = try ChaChaPolyTests.cipher(seals: true)
    let user = try #require(cipher.map { ObjectIdentifier($0) })
    // Other tests use contexts, too: one of them may have taken ours since.
    var hadKey = false
    for _ in 0..<1000 where !hadKey {
      _ = cipher.map { ChaChaPolyTests.record($0, ChaChaPolyTests.text, number: 0) }
      hadKey = ChaChaPolyCipher.contexts.hasKey(of: user)
    }
    #expect(hadKey)
    cipher = nil
    #expect(!ChaChaPolyCipher.contexts.hasKey(of: user))
  }

  @Test("the child of a fork begins without contexts, and ciphers go on there")
  func child() async {
    await #expect(processExitsWith: .success) {
      let cipher = try ChaChaPolyTests.cipher(seals: true)
      let record = ChaChaPolyTests.record(cipher, ChaChaPolyTests.text, number: 7)
      let parents = ChaChaPolyCipher.contexts
      ChaChaPolyCipher.beginAnew()
      let user = ObjectIdentifier(cipher)
      guard parents !== ChaChaPolyCipher.contexts, parents.hasKey(of: user),
        !ChaChaPolyCipher.contexts.hasKey(of: user),
        ChaChaPolyTests.record(cipher, ChaChaPolyTests.text, number: 7) == record,
        ChaChaPolyCipher.contexts.hasKey(of: user)
      else { exit(1) }
    }
  }

  @Test("a key of another length makes no cipher")
  func keyLength() {
    #expect(ChaChaPolyCipher(KeyMemory(count: 31) { _ in }, seals: true) == nil)
  }
}
