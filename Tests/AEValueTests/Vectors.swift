import AEValue
import Foundation
import TestSupport

/// The recorded conversations, and JSON documents that lie beside the package, where they are there.
enum Vectors {
  private static let tests = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The folder of the JSON documents.
  private static let json: URL = {
    if let shared = ProcessInfo.processInfo.environment["AE_SHARED"] {
      return URL(fileURLWithPath: shared).appendingPathComponent("vectors/json")
    }
    let package = tests.deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/vectors/json")
  }()

  static var hasJSON: Bool { FileManager.default.fileExists(atPath: json.path) }

  /// The JSON documents whose name starts with `prefix`.
  static func documents(_ prefix: String) throws -> [(name: String, bytes: [UInt8])] {
    try FileManager.default.contentsOfDirectory(atPath: json.path).sorted()
      .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
      .map { ($0, Array(try Data(contentsOf: json.appendingPathComponent($0)))) }
  }

  /// What one side of a recorded connection sent after its three lines.
  struct DataPhase: CustomStringConvertible {
    let name: String
    let framing: Framing
    let bytes: [UInt8]
    var description: String { name }
  }

  private struct Line: Decodable {
    let conn: Int
    let from: String
    let hex: String?
  }

  /// All data phases of all recordings.
  static func dataPhases() throws -> [DataPhase] {
    let recordings = tests.appendingPathComponent("Recordings")
    var phases: [DataPhase] = []
    for file in try FileManager.default.contentsOfDirectory(atPath: recordings.path).sorted()
    where file.hasSuffix(".jsonl") {
      let text = try String(contentsOf: recordings.appendingPathComponent(file), encoding: .utf8)
      var sides: [String: [UInt8]] = [:]
      for line in text.split(separator: "\n") {
        let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        sides["\(file) \(line.conn) \(line.from)", default: []] += bytes(hex: line.hex ?? "")
      }
      for (name, bytes) in sides.sorted(by: { $0.key < $1.key }) {
        let lines = bytes.split(separator: 0x0a, maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4, !lines[3].isEmpty else { continue }
        let announced = String(decoding: lines[2], as: UTF8.self).split(separator: ";").last
        guard let framing = Framing(rawValue: String(announced ?? "")) else { continue }
        phases.append(DataPhase(name: name, framing: framing, bytes: Array(lines[3])))
      }
    }
    return phases
  }
}

/// The bytes that hexadecimal digits stand for.
func bytes(hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}

extension SeededGenerator {
  /// A value that goes through JSON and CBOR unchanged.
  mutating func value(depth: Int = 4) -> Value {
    switch Int.random(in: 0..<(depth > 0 ? 10 : 7), using: &self) {
    case 0: return .null
    case 1: return .bool(.random(using: &self))
    case 2: return .int(Int.random(in: -300...300, using: &self))
    case 3: return .int(Int(bitPattern: UInt(next() >> UInt64.random(in: 0..<64, using: &self))))
    case 4: return .uint(next() | 1 << 63)
    case 5:
      let number = Double(bitPattern: next())
      return .double(number.isFinite ? number : 0.5)
    case 6: return .string(text())
    case 7, 8:
      return .array((0..<Int.random(in: 0..<6, using: &self)).map { _ in value(depth: depth - 1) })
    default:
      let count = Int.random(in: 0..<6, using: &self)
      let pairs = (0..<count).map { _ in (text(), value(depth: depth - 1)) }
      return .hash(TextDictionary(pairs, uniquingKeysWith: { $1 }))
    }
  }

  /// Text of all kinds of characters.
  mutating func text() -> String {
    let alphabet: [Character] = [
      "a", "b", "z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1f}", "\u{7f}", "é", "ÿ",
      "☺", "𝄞", "\u{fffd}", "\u{2028}",
    ]
    let count = Int.random(in: 0..<40, using: &self)
    return String((0..<count).map { _ in alphabet[Int.random(in: 0..<19, using: &self)] })
  }
}
