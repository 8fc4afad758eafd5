/// Makes characters visible that would let a text pass for another one on a terminal or in a file.
enum LogEscaping {
  /// Appends a line, with `\x1b` or `\x{202e}` in the place of what must not get through.
  static func append(_ line: Substring.UnicodeScalarView, to result: inout String) {
    var plain = line.startIndex
    var index = plain
    while index < line.endIndex {
      let scalar = line[index]
      let next = line.index(after: index)
      if isHarmful(scalar) {
        result.unicodeScalars.append(contentsOf: line[plain..<index])
        let digits = String(scalar.value, radix: 16)
        if scalar.value > 0xff {
          result += "\\x{\(digits)}"
        } else {
          result += digits.utf8.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
        }
        plain = next
      }
      index = next
    }
    result.unicodeScalars.append(contentsOf: line[plain...])
  }

  /// The text on one line: newlines are made visible too.
  static func visible(_ text: String) -> String {
    var result = ""
    append(Substring(text).unicodeScalars, to: &result)
    return result
  }

  /// Control characters but the tab, separators of lines, and marks that turn the writing direction.
  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09: false
    case 0x00...0x1f, 0x7f...0x9f: true
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
