/// Makes characters visible that would let a text pass for another one on a terminal or in a file.
///
/// Works on UTF-8 bytes: walking a string's scalars took most of the time of a log line.
enum LogEscaping {
  /// The text on one line, newlines made visible too.
  static func visible(_ text: String) -> String {
    var text = text
    var result: [UInt8] = []
    text.withUTF8 { append($0, to: &result) }
    return String(decoding: result, as: UTF8.self)
  }

  /// The lines of a text, each escaped; none but the first is empty at the end.
  static func lines(of text: String) -> [[UInt8]] {
    var text = text
    return text.withUTF8 { bytes in
      var lines: [[UInt8]] = []
      var start = 0
      while true {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        var line: [UInt8] = []
        line.reserveCapacity(end - start)
        append(UnsafeBufferPointer(rebasing: bytes[start..<end]), to: &line)
        lines.append(line)
        if end == bytes.count { break }
        start = end + 1
      }
      while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
      return lines
    }
  }

  /// Appends valid UTF-8, with `\x1b` or `\x{202e}` in the place of what must not get through.
  private static func append(_ bytes: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
    var plain = 0
    var index = 0
    while index < bytes.count {
      guard let (scalar, length) = harmfulScalar(in: bytes, at: index) else {
        index += 1
        continue
      }
      result.append(contentsOf: bytes[plain..<index])
      let digits = String(scalar, radix: 16)
      if scalar > 0xff {
        result.append(contentsOf: "\\x{\(digits)}".utf8)
      } else {
        result.append(contentsOf: (digits.utf8.count == 1 ? "\\x0" : "\\x").utf8)
        result.append(contentsOf: digits.utf8)
      }
      index += length
      plain = index
    }
    result.append(contentsOf: bytes[plain...])
  }

  /// Finds control characters but the tab, line separators, and marks that turn the direction.
  @inline(__always)
  private static func harmfulScalar(
    in bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (scalar: UInt32, length: Int)? {
    let first = bytes[index]
    switch first {
    case 0x09, 0x20...0x7e:
      return nil
    case 0x00...0x1f, 0x7f:
      return (UInt32(first), 1)
    case 0xc2 where index + 1 < bytes.count && bytes[index + 1] < 0xa0:
      return (UInt32(bytes[index + 1]), 2)
    case 0xd8 where index + 1 < bytes.count && bytes[index + 1] == 0x9c:
      return (0x061c, 2)
    case 0xe2 where index + 2 < bytes.count:
      let scalar =
        0x2000 | UInt32(bytes[index + 1] & 0x3f) << 6 | UInt32(bytes[index + 2] & 0x3f)
      switch scalar {
      case 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: return (scalar, 3)
      default: return nil
      }
    default:
      return nil
    }
  }
}
