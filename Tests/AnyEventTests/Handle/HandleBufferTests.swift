import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("The read buffer of handles, and what is written from memory")
struct HandleBufferTests {
  @Test("the buffer is read, taken from, assigned, compared and described")
  func view() throws {
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, _, _ in
        handle.rbuf = "héllo world"
        #expect(handle.rbuf.count == 12 && handle.rbuf.text == "héllo world")
        #expect("\(handle.rbuf)" == String(handle.rbuf) && handle.rbuf == "héllo world")
        #expect(handle.rbuf.takeText(6) == "héllo")
        #expect(handle.rbuf.take(1) == [0x20] && handle.rbuf.first == UInt8(ascii: "w"))
        handle.rbuf.append("!")
        handle.rbuf += "?"
        handle.rbuf += [0xE9]
        #expect(Array(handle.rbuf) == Array("world!?".utf8) + [0xE9])
        #expect(handle.rbuf.text == "world!?é")
        let place = handle.rbuf.firstIndex(of: UInt8(ascii: "!"))
        #expect(place == 5)
        handle.rbuf.removeFirst(5)
        #expect(handle.rbuf.take(-1) == [] && handle.rbuf.take(99) == [0x21, 0x3F, 0xE9])
        handle.rbuf = [1, 2]
        #expect(
          handle.rbuf.take() == [1, 2] && handle.rbuf.isEmpty && handle.rbuf.takeText() == "")
        handle.rbuf = HandleBuffer("ab".utf8)
        handle.rbuf.removeAll()
        #expect(handle.rbuf == "")
      })
  }

  @Test("a copy of the buffer keeps what it has, and a change of the copy is its own")
  func copies() throws {
    var got: [HandleBuffer] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop,
          on_read: { handle in
            let data = handle.rbuf
            handle.rbuf = ""
            got.append(data)
          })
      },
      { handle, other, loop in
        send(other, "one")
        loop.run(until: { got.count == 1 })
        send(other, "two")
        loop.run(until: { got.count == 2 })
        #expect(got == ["one", "two"])
        handle.on_read = { handle in
          var data = handle.rbuf
          handle.rbuf.removeFirst(2)
          data.append("+")
          got = [data, handle.rbuf]
          handle.rbuf = ""
        }
        send(other, "three")
        loop.run(until: { got.first == "three+" })
        #expect(got == ["three+", "ree"])
      })
  }

  @Test("requests look anew when the buffer was set to something else")
  func assignedMeanwhile() throws {
    var lines: [String] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.line) { lines.append($1) }
        send(other, "abcdef")
        loop.run(until: { handle.rbuf == "abcdef" })
        let held = handle.rbuf
        handle.rbuf = "x\nrest"
        handle.unshift_read { _ in true }
        #expect(lines == ["x"] && handle.rbuf == "rest" && held == "abcdef")
        handle.rbuf = "[1,"
        handle.push_read(.json) { lines.append("\($1)") }
        handle.rbuf = "[2]"
        handle.unshift_read { _ in true }
        #expect(lines == ["x", "[2]"])
      })
  }

  @Test("all that is text or bytes can be written")
  func writing() throws {
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, _ in
        let text = "text"
        handle.push_write(text)
        handle.push_write(text.dropFirst())
        handle.push_write("static" as StaticString)
        handle.push_write("é" as Character)
        handle.push_write("\(1 + 1)")
        #expect(receive(other) == "textextstaticé2")
        let bytes = Array("bytes".utf8)
        handle.push_write(bytes)
        handle.push_write(bytes[1...])
        handle.push_write(bytes.lazy.map { $0 - 32 })
        handle.push_write([33, 34])
        handle.push_write(text.utf8)
        bytes.withUnsafeBytes { handle.push_write($0) }
        bytes.withUnsafeBufferPointer { handle.push_write($0) }
        handle.push_write(bytes.span)
        handle.push_write(bytes.span.bytes)
        handle.rbuf = "rbuf"
        handle.push_write(handle.rbuf)
        #expect(receive(other) == "bytesytesBYTES!\"textbytesbytesbytesbytesrbuf")
        handle.push_write(.netstring, "é")
        handle.push_write(.netstring, bytes)
        handle.push_write(.packstring("n"), "é")
        handle.push_write(.line, bytes)
        handle.push_write(.json, "scalar")
        handle.push_write(.json, ["a" => 1])
        #expect(receive(other) == "2:é,5:bytes,\0\u{2}ébytes\r\n\"scalar\"{\"a\":1}")
      })
  }
}
