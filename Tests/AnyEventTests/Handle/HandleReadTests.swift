import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Reading from handles")
struct HandleReadTests {
  /// What the requests of `push` note down when the text arrives in pieces of each size.
  private func notes(
    of text: String, _ push: (Handle, @escaping (String) -> Void) -> Void
  ) throws -> [[String]] {
    try [1, 3, text.utf8.count].map { size in
      var notes: [String] = []
      try withHandle(
        { fd, loop in
          Handle(
            fh: fd, on: loop,
            on_error: { _, fatal, message in notes.append("\(fatal) \(errno) \(message)") })
        },
        { handle, other, loop in
          push(handle) { notes.append($0) }
          let bytes = Array(text.utf8)
          for start in stride(from: 0, to: bytes.count, by: size) where !handle.destroyed {
            let piece = bytes[start..<min(start + size, bytes.count)]
            send(other, String(decoding: piece, as: UTF8.self))
            loop.runOnce(waiting: false)
          }
          shutdown(other, CInt(SHUT_WR))
          loop.run(until: { handle.destroyed })
        })
      return notes
    }
  }

  private static let end = "true 0 Unexpected end-of-file"

  @Test("lines, chunks and documents are read in the order in which they were asked for")
  func types() throws {
    let text = "one\r\ntwo\n12345{\"a\":[1]} [2]5:hello,three;;\u{0}\u{4}1234\u{82}"
    for notes in try notes(
      of: text,
      { handle, note in
        handle.push_read(.line) { note("line \($1)") }
        handle.push_read(.line) { note("line \($1)") }
        handle.push_read(.chunk(5)) { note("chunk \(String(decoding: $1, as: UTF8.self))") }
        handle.push_read(.json) { note("json \($1)") }
        handle.push_read(.json) { note("json \($1)") }
        handle.push_read(.netstring) { note("net \(String(decoding: $1, as: UTF8.self))") }
        handle.push_read(.line(";;")) { note("line \($1)") }
        handle.push_read(.packstring(.n)) { note("pack \(String(decoding: $1, as: UTF8.self))") }
        handle.on_read = { handle in
          handle.rbuf.removeFirst(handle.rbuf.count)
        }
      })
    {
      #expect(
        notes == [
          "line one", "line two", "chunk 12345", "json {\"a\":[1]}", "json [2]", "net hello",
          "line three", "pack 1234", Self.end,
        ])
    }
  }

  @Test("a request that is put in front is served before those that wait")
  func unshift() throws {
    for notes in try notes(
      of: "OK\nmore\nrest",
      { handle, note in
        handle.push_read(.line) { handle, line in
          note(line)
          handle.unshift_read(.line) { note("extra \($1)") }
        }
        handle.push_read(.chunk(4)) { handle, bytes in
          note(String(decoding: bytes, as: UTF8.self))
        }
        // So that the end is read.
        handle.on_read = { _ in }
      })
    {
      #expect(notes == ["OK", "extra more", "rest", Self.end])
    }
  }

  @Test("a request that waits looks anew at what one in front of it has left")
  func unshiftBeforeWaiting() throws {
    var notes: [String] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, on_error: { notes.append($2) }) },
      { handle, other, loop in
        handle.push_read(.line) { notes.append("line \($1)") }
        handle.push_read(.line(";;")) { notes.append("line \($1)") }
        handle.push_read(.json) { notes.append("json \($1)") }
        // Each has looked at what is there when somebody else takes it away.
        for (beginning, rest) in [("abc", "\n"), ("abc", ";;"), ("[[[", "[1]")] {
          send(other, beginning)
          loop.runOnce(waiting: false)
          handle.unshift_read(.chunk(3)) { _, _ in notes.append("chunk") }
          send(other, rest)
          loop.runOnce(waiting: false)
        }
      })
    #expect(notes == ["chunk", "line ", "chunk", "line ", "chunk", "json [1]"])
  }

  @Test("an expression takes all up to its match, and a rejected one is a bad message")
  func regex() throws {
    for notes in try notes(
      of: "GET /\r\n\r\n12x",
      { handle, note in
        handle.push_read(.regex(/\r\n\r\n/)) { note("\($1.utf8.count)") }
        handle.push_read(.regex(/^[0-9]+\s/, /[^0-9]/)) { note($1) }
        let report = handle.on_error
        handle.on_error = {
          report?($0, $1, $2)
          $0.destroy()
        }
      })
    {
      #expect(notes == ["9", "false \(EBADMSG) Bad message"])
    }
  }

  @Test("what is not of the form that was asked for is a bad message")
  func badMessages() throws {
    for (text, push) in [
      ("nonsense", { $0.push_read(.json) { _, _ in } }),
      ("\u{1}", { $0.push_read(.json) { _, _ in } }),
      ("01:a,", { $0.push_read(.netstring) { _, _ in } }),
      ("1:ab", { $0.push_read(.netstring) { _, _ in } }),
      ("xyz", { $0.push_read(.netstring) { _, _ in } }),
    ] as [(String, (Handle) -> Void)] {
      for notes in try notes(
        of: text,
        { handle, _ in
          let report = handle.on_error
          handle.on_error = {
            report?($0, $1, $2)
            $0.destroy()
          }
          push(handle)
        })
      {
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix("false \(EBADMSG) Bad message") == true)
      }
    }
  }

  @Test("a length whose end never comes is a bad message")
  func endlessLength() throws {
    var errors: [String] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop,
          on_error: { handle, _, message in
            errors.append("\(message): \(handle.error_detail ?? "")")
            handle.destroy()
          })
      },
      { handle, other, loop in
        handle.push_read(.packstring(.w)) { _, _ in }
        let bytes = [UInt8](repeating: 0x80, count: 100)
        #expect(Glibc.send(other, bytes, bytes.count, 0) == bytes.count)
        loop.run(until: { handle.destroyed })
      })
    #expect(errors == ["Bad message: bad packstring: the length is too large"])
  }

  @Test("the end is an error when a request waits, and no error with on_eof and none")
  func ends() throws {
    for notes in try notes(
      of: "abc", { handle, note in handle.push_read(.chunk(4)) { _, _ in note("never") } })
    {
      #expect(notes == ["true \(EPIPE) Broken pipe"])
    }
    for notes in try notes(
      of: "abc",
      { handle, note in
        handle.on_eof = { handle in
          note("eof \(handle.rbuf.count)")
          handle.destroy()
        }
        handle.push_read { handle in
          guard handle.rbuf.count == 3 else { return false }
          handle.rbuf.removeFirst(2)
          return true
        }
        handle.push_read(.chunk(1)) { _, _ in note("last") }
        handle.on_read = { _ in }
      })
    {
      #expect(notes == ["last", "eof 0"])
    }
  }

  @Test("data that on_read leaves is an error when the end has come")
  func leftOver() throws {
    for notes in try notes(
      of: "abc",
      { handle, note in
        handle.on_eof = { _ in note("eof") }
        handle.on_read = { _ in }
      })
    {
      #expect(notes == ["true \(EPIPE) Broken pipe"])
    }
  }

  @Test("too much that nobody takes is an error")
  func limit() throws {
    for notes in try notes(
      of: "0123456789ABCDEF",
      { handle, note in
        handle.rbuf_max = 10
        handle.push_read(.line) { _, _ in note("never") }
      })
    {
      #expect(notes == ["true \(ENOSPC) No space left on device"])
    }
  }

  @Test("what somebody takes may be more than the limit, however much of it arrives at once")
  func takenInTime() throws {
    let lines = (0..<100).map { "line \($0)" }
    for notes in try notes(
      of: lines.map { $0 + "\n" }.joined() + "rest",
      { handle, note in
        handle.rbuf_max = 10
        for _ in lines { handle.push_read(.line) { note($1) } }
        handle.push_read(.chunk(4)) { note(String(decoding: $1, as: UTF8.self)) }
        handle.on_read = { _ in note("there is more") }
      })
    {
      #expect(notes == lines + ["rest", Self.end])
    }
    for notes in try notes(
      of: "0123456789ABCDEF",
      { handle, _ in
        handle.rbuf_max = 1
        handle.on_read = { $0.rbuf.removeFirst($0.rbuf.count) }
      })
    {
      #expect(notes == [Self.end])
    }
  }

  @Test("a request that was looking goes on at its place when others look before it, or take")
  func looking() throws {
    var lines: [String] = []
    var documents: [Value] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, _, _ in
        handle.push_read(.line) { lines.append($1) }
        handle.push_read(.line(";;")) { lines.append($1) }
        for text in ["abc", "def;", "gh\nij", ";"] {
          handle.rbuf.append(text)
          handle.unshift_read(.chunk(1)) { lines.append(String(decoding: $1, as: UTF8.self)) }
          handle.unshift_read { _ in true }
        }
        handle.rbuf.append("k;;")
        handle.on_read = nil
        #expect(lines == ["a", "b", "c", "def;gh", "i", "j;k"])
        // What is a document depends on where it begins.
        handle.push_read(.json) { documents.append($1) }
        handle.rbuf.append("1[2,")
        handle.unshift_read(.chunk(1)) { _, _ in }
        handle.unshift_read { _ in true }
        handle.rbuf.append("3]")
        handle.on_read = nil
      })
    #expect(documents == [[2, 3]])
  }

  @Test("a handle that is destroyed in a callback calls no other")
  func destroyed() throws {
    var calls = 0
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.line) { handle, _ in
          calls += 1
          handle.destroy()
        }
        handle.push_read(.line) { _, _ in calls += 1 }
        handle.on_read = { _ in calls += 1 }
        send(other, "a\nb\nc")
        loop.run(until: { handle.destroyed })
        handle.push_write("ignored")
        handle.push_read(.line) { _, _ in calls += 1 }
        handle.on_read = { _ in calls += 1 }
        #expect(handle.fh == -1)
      })
    #expect(calls == 1)
  }

  @Test("a handle that was dropped in its own callback is closed behind it")
  func dropped() throws {
    try withLoop { loop in
      let (near, far) = try socketPair()
      var handle: Handle? = Handle(fh: near, on: loop)
      weak let known = handle
      handle?.push_read(.line) { _, _ in handle = nil }
      send(far, "x\n")
      loop.run(until: { handle == nil })
      #expect(known == nil)
      var byte: UInt8 = 0
      #expect(recv(far, &byte, 1, 0) == 0)
      close(far)
    }
  }

  @Test("reading can be stopped, and goes on where it was")
  func stopAndStart() throws {
    var lines: [String] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.line) { lines.append($1) }
        handle.stop_read()
        send(other, "one\n")
        loop.runOnce(waiting: false)
        loop.runOnce(waiting: false)
        #expect(lines == [])
        handle.start_read()
        loop.run(until: { !lines.isEmpty })
      })
    #expect(lines == ["one"])
  }
}
