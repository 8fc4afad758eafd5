import Foundation
import Testing

@testable import AEOpenSSL

struct GeneratedCertificateTests {
  private static let day = 86_400

  @Test("a generated certificate can be used, from the day before on, for a hundred years")
  func usable() throws {
    let now = CertificateVectors.now
    let text = try CertificateBundle.generate(now: now).pem()
    let pem = Array(text.utf8)
    let end = now + CertificateBundle.daysOfValidity * Self.day
    for now in [now, now - Self.day, end] { _ = try CertificateVectors.bundle(pem, now: now) }
    for now in [now - Self.day - 1, end + 1] {
      #expect(throws: CertificateError.self) { try CertificateVectors.bundle(pem, now: now) }
    }
  }

  @Test("no two generated keys or certificates are the same")
  func different() throws {
    let texts = try (0..<8).map { _ in
      try CertificateBundle.generate(now: CertificateVectors.now).pem()
    }
    let halves = texts.map { text in
      text.split(separator: "-----BEGIN CERTIFICATE").map(String.init)
    }
    #expect(halves.allSatisfy { $0.count == 2 })
    #expect(Set(halves.map(\.first)).count == 8)
    #expect(Set(halves.map(\.last)).count == 8)
  }

  @Test("a generated certificate does not fit another generated key")
  func mismatch() throws {
    let texts = try (0..<2).map { _ in
      try CertificateBundle.generate(now: CertificateVectors.now).pem()
    }
    let certificate = try #require(texts[1].range(of: "-----BEGIN CERTIFICATE"))
    let key = try #require(texts[0].range(of: "-----BEGIN CERTIFICATE"))
    let mixed = texts[0][..<key.lowerBound] + texts[1][certificate.lowerBound...]
    let error = #expect(throws: CertificateError.self) {
      try CertificateVectors.bundle(Array(mixed.utf8))
    }
    #expect(error?.code == .mismatch)
  }
}
