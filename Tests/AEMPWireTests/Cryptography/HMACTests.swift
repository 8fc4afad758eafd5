import Testing

@testable import AEMPWire

/// Known answers from an independent implementation (Python's hmac with hashlib's sha3_512); the
/// three samples of NIST for keys below, at and above the block size are among them.
struct HMACTests {
  private static let patterns: [(key: Int, message: Int, code: String)] = [
    (
      1, 0,
      "00a4b853b885fe05abbad0ad7c76674668ede0f9a42264e2ba92792af7cf54e0"
        + "d8aa08aba60a32276bcec126ae09ccf219f9abd0c3f9cf8482db64b7f033df7f"
    ),
    (
      18, 3,
      "024e4cdd3f03fc0aff90892bc4f948db2dda4b6217a20a82a9f14387e92d838a"
        + "dca6a3e2438a15a7152695638de26af4dced118ab831de4f8a7848471ae466d7"
    ),
    (
      32, 200,
      "0829d16537303e5fa341716f733fac4ce91a3a262915262eb954f8b10b2652df"
        + "f237903d1b825ae7ce10d1a49234472382a1cc19ee0d22c29eb88df185b04f4b"
    ),
    (
      71, 72,
      "4841317e4c2762e9d14cd7d3dff06fcab99559f8c724db8ccf8a527234a8b9c2"
        + "23f803ef506fb7b7a6594241f83fed7a5662bef859f36cf23093cc00d4998c29"
    ),
    (
      72, 72,
      "eb559cb658ac2e9bdce1dfabad8b781609b22a3dd80bc46f7cd90a0f6c65e12f"
        + "2ffec6f9b5bfeb800e8996a11b9c468e09c2478b76b98a1409ce0bead815a3a0"
    ),
    (
      73, 71,
      "17277a87e030e726f75d720a17623d7b9a213d1d149e8cc94fdf850426685327"
        + "aedcd9de7526667cfaad7f5203d3792dfbe22941d8f509f355c131250d8e5f1f"
    ),
    (
      180, 600,
      "1076566d2ee7388639a28525daadcf917b650be39c6ca57e5c0f0e5cef8be709"
        + "f43dd3822f3551c0edc6811864065b02a39575ea6e386c96595dd6a725e6e30e"
    ),
    (
      200, 1000,
      "189b583ded606821898eeee2aba93b66d850a2a796385b24f20aff08651c50f6"
        + "ce9ed10971bac2276161d32613fabaa92da07eec790bfcee51951e7d81fdfabe"
    ),
    (
      1000, 4096,
      "83df3dbac711bac10f9a543ed7f4d9222d6c9657d2c03db45158c6566582528c"
        + "35464f6da64f40b6d98ee02d003e97814a107bd89b9bee87334ca0a73bad0397"
    ),
  ]

  private static let texts: [(key: [UInt8], message: String, code: String)] = [
    (
      Array(0..<64), "Sample message for keylen<blocklen",
      "4efd629d6c71bf86162658f29943b1c308ce27cdfa6db0d9c3ce81763f9cbce5"
        + "f7ebe9868031db1a8f8eb7b6b95e5c5e3f657a8996c86a2f6527e307f0213196"
    ),
    (
      Array(0..<72), "Sample message for keylen=blocklen",
      "544e257ea2a3e5ea19a590e6a24b724ce6327757723fe2751b75bf007d80f6b3"
        + "60744bf1b7a88ea585f9765b47911976d3191cf83c039f5ffab0d29cc9d9b6da"
    ),
    (
      Array(0..<136), "Sample message for keylen>blocklen",
      "5f464f5e5b7848e3885e49b2c385f0694985d0e38966242dc4a5fe3fea4b37d4"
        + "6b65ceced5dcf59438dd840bab22269f0ba7febdb9fcf74602a35666b2a32915"
    ),
    (
      Array(repeating: 0x0b, count: 20), "Hi There",
      "eb3fbd4b2eaab8f5c504bd3a41465aacec15770a7cabac531e482f860b5ec7ba"
        + "47ccb2c6f2afce8f88d22b6dc61380f23a668fd3888bb80537c0a0b86407689e"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5a4bfeab6166427c7a3647b747292b8384537cdb89afb3bf5665e4c5e709350b"
        + "287baec921fd7ca0ee7a0c31d022a95e1fc92ba9d77df883960275beb4e62024"
    ),
    (
      Array(repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "00f751a9e50695b090ed6911a4b65524951cdc15a73a5d58bb55215ea2cd839a"
        + "c79d2b44a39bafab27e83fde9e11f6340b11d991b1b91bf2eee7fc872426c3a4"
    ),
  ]

  private func code(_ parts: [[UInt8]], _ key: [UInt8]) -> [UInt8]? {
    key.withUnsafeBytes { HMACSHA3.authenticationCode(for: parts, key: $0) }
  }

  private func pattern(_ count: Int, _ factor: Int, _ start: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: factor * $0 + start) }
  }

  @Test("HMAC-SHA3-512 of texts is what NIST and Python say")
  func texts() {
    for vector in HMACTests.texts {
      #expect(code([Array(vector.message.utf8)], vector.key) == bytes(hex: vector.code))
    }
  }

  @Test("HMAC-SHA3-512 is right for keys and messages around the block size of 72 bytes")
  func lengths() {
    for vector in HMACTests.patterns {
      let message = pattern(vector.message, 13, 5)
      #expect(code([message], pattern(vector.key, 7, 3)) == bytes(hex: vector.code))
    }
  }

  @Test("a message in parts has the code of the whole message")
  func parts() {
    let message = pattern(300, 13, 5)
    let key = pattern(180, 7, 3)
    let whole = code([message], key)
    #expect(whole?.count == HMACSHA3.byteCount)
    for cut in 0...message.count {
      #expect(code([Array(message[..<cut]), Array(message[cut...])], key) == whole)
    }
  }

  @Test("one computation leaves nothing behind for the next")
  func independence() {
    let first = code([[1, 2, 3]], [9])
    #expect(code([[1, 2, 3]], [8]) != first)
    #expect(code([], []) != nil)
    #expect(code([[1, 2, 3]], [9]) == first)
  }
}
