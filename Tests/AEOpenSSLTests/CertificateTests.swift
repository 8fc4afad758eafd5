import TestSupport
import Testing

@testable import AEOpenSSL

struct CertificateTests {
  @Test(
    "a key and its certificate are found whatever their form and order are",
    arguments: [("ec", 0), ("ed25519", 0), ("parameters", 0), ("rsa", 2)])
  func usable(_ name: String, _ trusted: Int) throws {
    let bundle = try CertificateVectors.bundle(try CertificateVectors.pem(name))
    #expect(bundle.trustedCount == trusted)
    let text = try bundle.pem()
    #expect(text.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(text.hasSuffix("-----END CERTIFICATE-----\n"))
    let blocks = text.split(separator: "\n").filter { $0.hasPrefix("-----BEGIN") }
    #expect(blocks.dropFirst().allSatisfy { $0 == "-----BEGIN CERTIFICATE-----" })
    #expect(blocks.count == trusted + 2)
    // The text has the key first, then its certificate, and reads as the same.
    let again = try CertificateVectors.bundle(Array(text.utf8))
    #expect(again.trustedCount == trusted)
    #expect(try again.pem() == text)
  }

  @Test("a text in that order already is kept byte for byte")
  func kept() throws {
    let pem = try CertificateVectors.pem("ec")
    #expect(try CertificateVectors.bundle(pem).pem() == String(decoding: pem, as: UTF8.self))
  }

  @Test(
    "what cannot be used is refused with its reason",
    arguments: [
      ("no-key", .noKey), ("no-certificate", .noCertificate), ("two-keys", .severalKeys),
      ("mismatch", .mismatch), ("encrypted", .encryptedKey), ("encrypted-old", .encryptedKey),
      ("encrypted-disguised", .unusableKey), ("weak", .unusableKey), ("cut-off", .brokenBlock),
      ("damaged", .brokenBlock), ("no-asn1", .brokenCertificate), ("expired", .expired),
      ("future", .notYetValid),
    ] as [(String, CertificateError.Code)])
  func refused(_ name: String, _ code: CertificateError.Code) throws {
    let pem = try CertificateVectors.pem(name)
    let error = #expect(throws: CertificateError.self) { try CertificateVectors.bundle(pem) }
    #expect(error?.code == code)
    // Nothing stays behind for those who use OpenSSL next.
    #expect(OpenSSLErrors.takeReason() == "unknown reason")
  }

  @Test("a file that does not exist is refused with the system's reason")
  func noFile() {
    let error = #expect(throws: CertificateError.self) {
      try CertificateBundle(file: "/nonexistent/key.pem")
    }
    #expect(error?.code == .unreadable)
    #expect(error?.description.contains("No such file or directory") == true)
    #expect(OpenSSLErrors.takeReason() == "unknown reason")
  }

  @Test("text without any PEM block, and no text, are refused", arguments: ["", "x\n", "\0\u{1}"])
  func noBlocks(_ text: String) {
    let error = #expect(throws: CertificateError.self) {
      try CertificateVectors.bundle(Array(text.utf8))
    }
    #expect(error?.code == .noBlocks)
  }

  @Test("a certificate is valid from its first second to its last")
  func validity() throws {
    let expired = try CertificateVectors.pem("expired")
    let start = 1_262_304_000
    let end = 1_583_020_799
    for now in [start, end] { _ = try CertificateVectors.bundle(expired, now: now) }
    #expect(throws: CertificateError(.notYetValid, "")) {
      try CertificateVectors.bundle(expired, now: start - 1)
    }
    let error = #expect(throws: CertificateError.self) {
      try CertificateVectors.bundle(expired, now: end + 1)
    }
    #expect(error?.code == .expired)
    #expect(error?.description.contains(" expired on 2020-02-29;") == true)
  }

  @Test("neither a bundle nor an error shows anything of the key")
  func masked() throws {
    let bundle = try CertificateVectors.bundle(try CertificateVectors.pem("ec"))
    var dumped = ""
    dump(bundle, to: &dumped)
    #expect(dumped == "- (certificate) #0\n")
    #expect("\(bundle)" == "(certificate)")
  }

  @Test("damaged texts are refused or read, and never more than that", arguments: Seeds.some(1))
  func mutations(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let originals = try ["ec", "rsa", "encrypted", "parameters"].map(CertificateVectors.pem)
    var refused = 0
    for round in 0..<2000 {
      var pem = originals[round % originals.count]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = pem.indices.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: pem[place] = .random(in: 0...255, using: &generator)
        case 1: pem[place] ^= 1
        case 2: pem.remove(at: place)
        default: pem.removeSubrange(place...)
        }
        if pem.isEmpty { break }
      }
      do throws(CertificateError) {
        _ = try CertificateVectors.bundle(pem)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
      #expect(OpenSSLErrors.takeReason() == "unknown reason")
    }
    #expect(refused > 1000)
  }
}
