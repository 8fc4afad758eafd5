import AnyEvent
import Glibc
import TestSupport
import Testing

extension HandleReadType<Int> {
  /// A form that is written as Perl's `anyevent_read_type`.
  fileprivate static var number: Self {
    Self(anyevent_read_type: { _, cb in
      { handle in
        guard handle.rbuf.count >= 2 else { return false }
        let bytes = handle.rbuf.take(2)
        cb(handle, Int(bytes[0]) << 8 | Int(bytes[1]))
        return true
      }
    })
  }
}

extension HandleWriteType<[String]> {
  /// A form that is written as Perl's `anyevent_write_type`.
  fileprivate static func join(_ delimiter: String) -> Self {
    Self(anyevent_write_type: { _, words in words.joined(separator: delimiter) })
  }
}

@Suite("The forms of handles beside lines")
struct HandleFormTests {
  /// What a form reads of a stream in pieces of one byte and at once, and what stays in the buffer.
  private func pieces<Output>(
    _ type: HandleReadType<Output>, of bytes: [UInt8], _ describe: @escaping (Output) -> String
  ) throws -> [[String]] {
    try [1, max(1, bytes.count)].map { size in
      var notes: [String] = []
      try withHandle(
        { fd, loop in
          Handle(
            fh: fd, on: loop,
            on_error: { handle, fatal, message in
              if !fatal { notes.append(message) }
              handle.destroy()
            })
        },
        { handle, other, loop in
          func next(_ handle: Handle, _ piece: Output) {
            notes.append(describe(piece))
            handle.push_read(type, next)
          }
          handle.push_read(type, next)
          for start in stride(from: 0, to: bytes.count, by: size) where !handle.destroyed {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            #expect(Glibc.send(other, piece, piece.count, CInt(MSG_NOSIGNAL)) == piece.count)
            loop.runOnce(waiting: false)
          }
          shutdown(other, CInt(SHUT_WR))
          loop.run(until: { handle.destroyed })
        })
      return notes
    }
  }

  @Test(
    "JSON scalars are read as Perl reads them",
    arguments: [
      ("\"text\"", ["\"text\""]), ("\"a\\\"b\\\\\"\"c\"", ["\"a\\\"b\\\\\"", "\"c\""]),
      ("42\n", ["42"]), ("null true false", ["null", "true", "false"]), ("1 2\n", ["1", "2"]),
      ("-1.5e3,", ["-1500.0", "Bad message"]), ("  \n7 [1]{}", ["7", "[1]", "{}"]),
      ("tru ", ["Bad message"]), ("!", ["Bad message"]), ("- ", ["Bad message"]), ("1", []),
      ("\"é\\u00e9\"\"", ["\"éé\""]), ("01 ", ["Bad message"]), ("nul", []),
    ])
  func scalars(_ text: String, _ expected: [String]) throws {
    for notes in try pieces(HandleReadType.json, of: Array(text.utf8), { json($0) }) {
      #expect(notes == expected)
    }
  }

  private func json(_ value: Value) -> String {
    (try? JSON.encode(value)) ?? "?"
  }

  @Test(
    "packstring writes and reads all of Perl's formats as Perl does",
    arguments: [
      ("c", "02"), ("C", "02"), ("s", "0200"), ("S", "0200"), ("l", "02000000"),
      ("L", "02000000"), ("q", "0200000000000000"), ("Q", "0200000000000000"), ("i", "02000000"),
      ("I", "02000000"), ("n", "0002"), ("N", "00000002"), ("v", "0200"), ("V", "02000000"),
      ("j", "0200000000000000"), ("J", "0200000000000000"), ("w", "02"), ("s!", "0200"),
      ("l!", "0200000000000000"), ("i!", "02000000"), ("n!", "0002"), ("N!", "00000002"),
      ("s>", "0002"), ("L<", "02000000"), ("q>", "0000000000000002"), ("j<", "0200000000000000"),
    ])
  func packstring(_ letters: String, _ length: String) throws {
    // The table is what Perl has written on a machine whose integers begin with the lowest byte.
    let format = try #require(HandleLengthFormat(letters))
    var texts: [String] = []
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, loop in
        near.push_write(.packstring(format), "ab")
        near.push_write(.packstring(format), Array("cd".utf8))
        far.push_read(.packstring(format)) { (_, text: String) in texts.append(text) }
        far.push_read(.packstring(format)) { texts.append(String(decoding: $1, as: UTF8.self)) }
        loop.run(until: { texts.count == 2 })
      })
    #expect(texts == ["ab", "cd"])
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, _ in
        handle.push_write(.packstring(format), "ab")
        let hex = receive(other).utf8.dropLast(2).map {
          ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }
        #expect(hex.joined() == length)
      })
  }

  @Test("what is no format of pack is none", arguments: ["", "x", "C>", "w!", "n<", "nn", "s?"])
  func noFormat(_ letters: String) {
    #expect(HandleLengthFormat(letters) == nil)
  }

  @Test("a length that lies ends in a bad message, or waits within rbuf_max")
  func lyingLengths() throws {
    let huge = [UInt8](repeating: 0xFF, count: 8)
    for type in [HandleReadType<[UInt8]>.packstring(.q), .packstring(.Q), .packstring(.c)] {
      #expect(try pieces(type, of: huge) { "\($0)" }.allSatisfy { $0 == ["Bad message"] })
    }
    for type in [HandleReadType<[UInt8]>.packstring("N"), .netstring] {
      var errors: [CInt] = []
      try withHandle(
        { fd, loop in
          Handle(fh: fd, on: loop, on_error: { _, _, _ in errors.append(errno) }, rbuf_max: 1000)
        },
        { handle, other, loop in
          handle.push_read(type) { _, _ in Issue.record("there is no such piece") }
          send(other, "9999999999:" + String(repeating: "x", count: 2000))
          loop.run(until: { handle.destroyed })
        })
      #expect(errors == [ENOSPC])
    }
  }

  @Test("chunks and netstrings come as text where the callback takes text")
  func texts() throws {
    var texts: [String] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.chunk(3)) { (_, text: String) in texts.append(text) }
        handle.push_read(.netstring) { (_, text: String) in texts.append(text) }
        send(other, "abc3:net,")
        loop.run(until: { texts.count == 2 })
      })
    #expect(texts == ["abc", "net"])
  }

  @Test("TLS is told from other data by its first bytes, which stay")
  func detection() throws {
    for (bytes, expected) in [
      ([22, 3, 1, 0, 0x2E, 1], "true 3 1"), (Array("GET".utf8), "false 0 0"),
      ([22, 3, 9], "false 0 0"), ([22, 3, 1, 0, 0x2E, 2], "false 0 0"),
    ] as [([UInt8], String)] {
      var notes: [String] = []
      try withHandle(
        { fd, loop in Handle(fh: fd, on: loop) },
        { handle, other, loop in
          handle.push_read(.tls_detect) { notes.append("\($1) \($2) \($3)") }
          #expect(Glibc.send(other, bytes, bytes.count, 0) == bytes.count)
          loop.run(until: { !notes.isEmpty })
          #expect(Array(handle.rbuf) == bytes)
        })
      #expect(notes == [expected])
    }
  }

  @Test("forms of one's own are used as those of the library")
  func custom() throws {
    var numbers: [Int] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.number) { _, number in numbers.append(number) }
        handle.unshift_read(.number) { _, number in numbers.append(number) }
        send(other, "\u{1}\u{2}\u{3}")
        loop.run(until: { numbers.count == 1 })
        send(other, "\u{4}")
        loop.run(until: { numbers.count == 2 })
        handle.push_write(.join(" "), ["1", "2", "3"])
        #expect(receive(other) == "1 2 3")
      })
    #expect(numbers == [0x102, 0x304])
  }
}
