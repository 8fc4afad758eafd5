import AEOpenSSL
import AnyEvent
import Foundation

/// Keys and certificates for tests.
enum TLSVectors {
  /// A PEM file of `Tests/Vectors/certificates`.
  static func pem(_ name: String) throws -> String {
    let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Vectors/certificates")
    return try String(contentsOf: vectors.appendingPathComponent(name + ".pem"), encoding: .utf8)
  }
}
