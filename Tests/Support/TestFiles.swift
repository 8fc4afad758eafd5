import Foundation

/// The files that lie in `Tests` for the tests of several targets.
package enum TestFiles {
  /// The folder `Tests`.
  package static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The text of a PEM file of `Tests/Vectors/certificates`.
  package static func pem(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/Vectors/certificates/\(name).pem", encoding: .utf8)
  }
}
