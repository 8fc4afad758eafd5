import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Lines and expressions that handles read")
struct HandleLineTests {
  /// Has a handle read `bytes`, which arrive in pieces of one, three and all bytes.
  private func read(_ bytes: [UInt8], _ push: (Handle) -> Void, _ check: () -> Void) throws {
    for size in [1, 3, max(1, bytes.count)] {
      try withHandle(
        { fd, loop in Handle(fh: fd, on: loop, on_error: { _, _, _ in }) },
        { handle, other, loop in
          push(handle)
          // Without a request nothing is read, and the end is not noticed.
          handle.push_read { _ in false }
          for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            #expect(Glibc.send(other, piece, piece.count, CInt(MSG_NOSIGNAL)) == piece.count)
            loop.runOnce(waiting: false)
          }
          shutdown(other, CInt(SHUT_WR))
          loop.run(until: { handle.destroyed })
        })
      check()
    }
  }

  /// "é" as Latin-1 has it, which is not valid UTF-8.
  private static let latin1: [UInt8] = [0x63, 0x61, 0x66, 0xE9]

  @Test("the bytes of a line are those that were sent, the text of it is legible")
  func bytes() throws {
    var bytes: [[UInt8]] = []
    var texts: [String] = []
    try read(
      Self.latin1 + Array("\r\n".utf8) + Self.latin1 + Array("\ncafé\n".utf8),
      { handle in
        handle.push_read(.line) { (_, line: [UInt8]) in bytes.append(line) }
        handle.push_read(.line) { _, line in texts.append(line) }
        handle.push_read(.line) { texts.append($1) }
      },
      {
        #expect(bytes == [Self.latin1])
        #expect(texts == ["café", "café"])
        (bytes, texts) = ([], [])
      })
  }

  @Test("a callback of three arguments gets the end of the line as well")
  func ends() throws {
    var lines: [String] = []
    var bytes: [[UInt8]] = []
    try read(
      Array("one\r\ntwo\nthree;;four, \u{FF}\u{0}\u{1}five".utf8),
      { handle in
        handle.push_read(.line) { _, line, eol in lines.append(line + "|" + eol) }
        handle.push_read(.line) { lines.append($1 + "|" + $2) }
        handle.push_read(.line(";;")) { _, line, eol in lines.append(line + "|" + eol) }
        handle.push_read(.line(/,\s*/)) { _, line, eol in lines.append(line + "|" + eol) }
        handle.push_read(.line([0, 1])) { (_, line: [UInt8], eol: [UInt8]) in
          bytes += [line, eol]
        }
        handle.push_read(.chunk(4)) { (_, text: String) in lines.append(text) }
      },
      {
        // Where bytes come one by one, the comma is the whole match when it arrives.
        let four = ["four|, ", "four|,"]
        #expect(lines.count == 5)
        #expect(lines.prefix(3) == ["one|\r\n", "two|\n", "three|;;"])
        #expect(lines.count > 3 && four.contains(lines[3]))
        let ends = bytes.count == 2 && bytes[1] == [0, 1]
        #expect(ends && bytes.first?.suffix(2) == [0xC3, 0xBF])
        #expect(lines.last == "five")
        (lines, bytes) = ([], [])
      })
  }

  @Test("a line ends with a match of an expression, in text and in bytes")
  func expressionEnds() throws {
    var lines: [String] = []
    var bytes: [[UInt8]] = []
    try read(
      Array("a;b;".utf8) + Self.latin1 + Array(";d;".utf8),
      { handle in
        handle.push_read(.line(/;/)) { lines.append($1) }
        handle.push_read(.line(/;/)) { lines.append($1 + $2) }
        handle.push_read(.line(/;/)) { (_, line: [UInt8]) in bytes.append(line) }
        handle.push_read(.line(/;/)) { (_, line: [UInt8], eol: [UInt8]) in bytes += [line, eol] }
      },
      {
        #expect(lines == ["a", "b;"])
        #expect(bytes == [Self.latin1, Array("d".utf8), Array(";".utf8)])
        (lines, bytes) = ([], [])
      })
  }

  @Test("an expression's captures come with the text, and bytes come as they were sent")
  func captures() throws {
    var notes: [String] = []
    var bytes: [UInt8] = []
    try read(
      Array("key=12;".utf8) + Self.latin1 + [0],
      { handle in
        handle.push_read(.regex(/(\w+)=(\d+);/)) { _, text, match in
          notes.append("\(text) \(match.1) \(match.2)")
        }
        handle.push_read(.regex(/\x00/)) { (_, piece: [UInt8]) in bytes = piece }
      },
      {
        #expect(notes == ["key=12; key 12"])
        #expect(bytes == Self.latin1 + [0])
        (notes, bytes) = ([], [])
      })
  }

  @Test("what skip matches is taken, is searched no more, and begins the piece")
  func skip() throws {
    var pieces: [String] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.regex(/\n\n/, nil, /^(?s:.*)[^\n]/)) { pieces.append($1) }
        send(other, "abcdef\nXYZ\n")
        loop.run(until: { handle.rbuf == "\n" })
        send(other, "q\n\nrest")
        loop.run(until: { !pieces.isEmpty })
        #expect(handle.rbuf == "rest")
      })
    #expect(pieces == ["abcdef\nXYZ\nq\n\n"])
  }

  @Test("what is rejected is a bad message, unless it is accepted first")
  func reject() throws {
    var notes: [String] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop,
          on_error: { handle, fatal, message in
            notes.append("\(fatal) \(errno) \(message) \(handle.error_detail ?? "")")
            handle.destroy()
          })
      },
      { handle, other, loop in
        handle.push_read(.regex(/^[0-9]+\s/, /[^0-9]/, nil)) { notes.append($1) }
        handle.push_read(.regex(/^[0-9]+\s/, /[^0-9]/)) { notes.append($1) }
        send(other, "12 3x4 ")
        loop.run(until: { handle.destroyed })
      })
    #expect(
      notes == [
        "12 ", "false \(EBADMSG) Bad message bad regex: it is of the kind that is rejected",
      ])
  }
}
