import Testing

@testable import AEMPWire

struct LineReaderTests {
  private func lines(_ segments: [[UInt8]]) -> [LineReader.Line] {
    var reader = LineReader()
    var found: [LineReader.Line] = []
    for segment in segments {
      segment.withUnsafeBytes { reader.append($0) }
      loop: while true {
        let line = reader.next()
        switch line {
        case .incomplete: break loop
        case .tooLong: return found + [line]
        case .line: found.append(line)
        }
      }
    }
    return found + [.line(reader.takeRest())]
  }

  @Test("lines end in LF or CR LF, whatever the segments are")
  func endings() {
    let text = Array("one\ntwo\r\n\n\r\na\rb\nrest\r".utf8)
    let expected: [LineReader.Line] = ["one", "two", "", "", "a\rb", "rest\r"]
      .map { .line(Array($0.utf8)) }
    #expect(lines([text]) == expected)
    #expect(lines(text.map { [$0] }) == expected)
    for cut in 0...text.count {
      #expect(lines([Array(text[..<cut]), Array(text[cut...])]) == expected)
    }
  }

  @Test("a line of 4096 bytes with its ending is fine, one more is not")
  func limit() {
    let longest = [UInt8](repeating: 97, count: 4095)
    #expect(lines([[10] + longest + [10]]) == [.line([]), .line(longest), .line([])])
    #expect(lines([longest, [10]]) == [.line(longest), .line([])])
    #expect(
      lines([Array(longest.dropLast()) + [13, 10]]).first == .line(Array(longest.dropLast())))
    #expect(lines([longest + [13, 10]]) == [.tooLong])
    #expect(lines([longest + [97, 10]]) == [.tooLong])
    // It is known as soon as the ending can no longer fit.
    #expect(lines([longest, [97]]) == [.tooLong])
    #expect(lines([[10] + longest, [97]]) == [.line([]), .tooLong])
  }
}
