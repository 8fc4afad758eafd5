import Foundation
import FuzzTargets
import Testing

/// What is kept for the fuzzer, and what it once found, in every run of the tests.
@Suite("Inputs of the fuzzer") struct ReplayTests {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The files of a folder; none when it is not there, since git keeps no empty ones.
  static func inputs(_ kind: String, _ target: FuzzTarget) throws -> [URL] {
    let folder = folder.appendingPathComponent("\(kind)/\(target.rawValue)")
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
  }

  @Test("the corpus keeps all properties", arguments: FuzzTarget.allCases)
  func corpus(_ target: FuzzTarget) throws {
    let inputs = try Self.inputs("Corpus", target)
    #expect(!inputs.isEmpty)
    for input in inputs { try replay(input, target) }
  }

  @Test("what once failed does not fail again", arguments: FuzzTarget.allCases)
  func failures(_ target: FuzzTarget) throws {
    for input in try Self.inputs("Failures", target) { try replay(input, target) }
  }

  private func replay(_ input: URL, _ target: FuzzTarget) throws {
    do {
      try target.run(Array(try Data(contentsOf: input)))
    } catch {
      Issue.record("\(target.rawValue)/\(input.lastPathComponent): \(error)")
    }
  }
}
