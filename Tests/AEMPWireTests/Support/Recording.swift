import AEMPWire
import Foundation

/// A recorded conversation between two 2.02 nodes.
struct Recording {
  enum Side: String { case connector, listener }

  var name: String
  var segments: [(from: Side, bytes: [UInt8])]

  static let secret = "s3cret-for-vectors"
  static let names = ["cbor", "json", "mixed"]

  /// The folder of the recordings.
  private static let folder: URL = {
    let tests = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
      path.deletingLastPathComponent()
    }
    return tests.appendingPathComponent("Recordings")
  }()

  init(_ name: String) throws {
    struct Line: Decodable {
      var from: String
      var hex: String?
    }
    self.name = name
    let text = try String(
      contentsOf: Recording.folder.appendingPathComponent("\(name).jsonl"), encoding: .utf8)
    segments = []
    for json in text.split(separator: "\n") {
      let line = try JSONDecoder().decode(Line.self, from: Data(json.utf8))
      guard let hex = line.hex, let side = Side(rawValue: line.from) else { continue }
      segments.append((side, bytes(hex: hex)))
    }
  }

  /// All that one side sent.
  func stream(from side: Side) -> [UInt8] {
    segments.filter { $0.from == side }.flatMap(\.bytes)
  }

  /// The three lines of one side, without endings, and the packets behind them.
  func parts(from side: Side) -> (greeting: GreetingLines, authLine: [UInt8], packets: [UInt8]) {
    let pieces = stream(from: side).split(
      separator: 10, maxSplits: 3, omittingEmptySubsequences: false)
    let lines = pieces.prefix(2).map { String(decoding: $0, as: UTF8.self) }
    guard let greeting = try? GreetingLines(first: lines[0], second: lines[1]) else {
      preconditionFailure("the recording \(name) has no greeting")
    }
    return (greeting, Array(pieces[2]) + [10], Array(pieces[3]))
  }

  /// A machine that plays one side, with that side's recorded greeting.
  func machine(as side: Side, secret: String = Recording.secret) throws -> Handshake {
    try machines(as: side, secret: secret)()
  }

  /// Makes machines that play one side, with that side's recorded greeting.
  func machines(as side: Side, secret: String = Recording.secret) throws -> () -> Handshake {
    let lines = parts(from: side).greeting
    let greeting = try Greeting(line: lines.first)
    let configuration = HandshakeConfiguration(
      nodeID: greeting.nodeID, secret: try Secret(secret),
      framings: greeting.framings.compactMap(Framing.init(rawValue:)))
    return {
      Handshake(configuration, as: side == .connector ? .dialling : .accepting, greeting: lines)
    }
  }
}

/// The bytes that pairs of hexadecimal digits of either case stand for.
func bytes(hex: String) -> [UInt8] {
  var digits = Substring(hex)
  var bytes: [UInt8] = []
  while digits.count >= 2 {
    bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
    digits = digits.dropFirst(2)
  }
  return bytes
}
