internal import AEValue

/// What is logged, made visible as Perl's AnyEvent does it.
enum LogEscaping {
  /// The text on one line, newlines made visible too.
  static func visible(_ text: String) -> String {
    LegibleText.text(text, .perl)
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
        let part = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if !LegibleText.append(part, .perl, to: &line) { line.append(contentsOf: part) }
        lines.append(line)
        if end == bytes.count { break }
        start = end + 1
      }
      while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
      return lines
    }
  }
}
