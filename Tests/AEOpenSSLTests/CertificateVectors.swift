import AEOpenSSL
import TestSupport

/// The PEM files of `Tests/Vectors/certificates`.
enum CertificateVectors {
  /// In 2026, when the valid ones are valid.
  static let now = 1_800_000_000

  static func pem(_ name: String) throws -> [UInt8] {
    Array(try TestFiles.pem(name).utf8)
  }

  static func bundle(_ pem: [UInt8], now: Int = now) throws(CertificateError) -> CertificateBundle {
    let bundle = try pem.withUnsafeBufferPointer { text throws(CertificateError) in
      try CertificateBundle(pem: UnsafeRawBufferPointer(text))
    }
    try bundle.checkValidity(now: now)
    return bundle
  }
}
