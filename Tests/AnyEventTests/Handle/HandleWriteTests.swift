import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Writing to handles")
struct HandleWriteTests {
  @Test("all forms are written as the reader expects them")
  func forms() throws {
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_write("text ")
        handle.push_write([0x62, 0x20] as [UInt8])
        handle.push_write(.line, "line")
        handle.push_write(.line("\n"), "line")
        handle.push_write(.json, ["a": 1])
        handle.push_write(.netstring, Array("hello".utf8))
        handle.push_write(.packstring(.C), Array("xy".utf8))
        handle.push_write(.packstring(.V), Array("z".utf8))
        handle.push_write(.packstring(.w), [UInt8](repeating: 0x2E, count: 130))
        #expect(
          receive(other) == "text b line\r\nline\n{\"a\":1}5:hello,\u{2}xy\u{1}\0\0\0z"
            + "\u{FFFD}\u{2}" + String(repeating: ".", count: 130))
        handle.push_write(.cbor, [1, 2])
        #expect(receive(other) == "\u{FFFD}\u{1}\u{2}")
        withExtendedLifetime(loop) {}
      })
  }

  @Test("wbuf tells how much the other end has not taken, and none is left after the end")
  func waitingOutput() throws {
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        #expect(handle.wbuf.isEmpty)
        handle.push_write([UInt8](repeating: 1, count: 4 << 20))
        let waiting = handle.wbuf.count
        #expect(waiting > 0 && waiting < 4 << 20)
        while !receive(other).isEmpty {}
        loop.run(until: { handle.wbuf.count < waiting })
        handle.destroy()
        #expect(handle.wbuf.isEmpty)
      })
  }

  @Test("lengths and documents come back as they were", arguments: [0, 1, 127, 128, 70_000])
  func roundTrips(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var got: [[UInt8]] = []
    var values: [Value] = []
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, loop in
        for format in [HandleLengthFormat.N, .V, .w] {
          near.push_write(.packstring(format), bytes)
          far.push_read(.packstring(format)) { got.append($1) }
        }
        near.push_write(.netstring, bytes)
        far.push_read(.netstring) { got.append($1) }
        near.push_write(.cbor, .bytes(bytes))
        far.push_read(.cbor) { values.append($1) }
        loop.run(until: { values.count == 1 })
      })
    #expect(got == [bytes, bytes, bytes, bytes])
    #expect(values.first?.bytes == bytes)
  }

  @Test("what has no form is an error that is not fatal, and nothing is written")
  func notWritable() throws {
    var errors: [String] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop,
          on_error: { handle, fatal, message in
            errors.append("\(fatal) \(errno) \(message): \(handle.error_detail?.prefix(17) ?? "")")
          })
      },
      { handle, other, _ in
        handle.push_write(.json, .array([1, .double(.nan)]))
        handle.push_write(.packstring(.C), [UInt8](repeating: 0, count: 256))
        handle.push_write("x")
        #expect(receive(other) == "x")
        #expect(!handle.destroyed)
      })
    #expect(
      errors == [
        "false \(EINVAL) Invalid argument: cannot write json",
        "false \(EINVAL) Invalid argument: cannot write pack",
      ])
  }

  @Test("more than the kernel takes waits, and on_drain says when it is gone")
  func drain() throws {
    var drained = 0
    let large = [UInt8](repeating: 0x61, count: 2_000_000)
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, on_drain: { _ in drained += 1 }) },
      { handle, other, loop in
        #expect(drained == 1)
        handle.push_write(large)
        #expect(drained == 1)
        var count = 0
        let reader = loop.io(other, .read) { count += receive(other).utf8.count }
        loop.run(until: { count == large.count && drained == 2 })
        withExtendedLifetime(reader) {}
        // Written at once, and said at once.
        handle.push_write("x")
        #expect(drained == 3)
      })
  }

  @Test("a callback that writes more on_drain goes on without recursion")
  func drainThatWrites() throws {
    var left = 10_000
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        var count = 0
        let reader = loop.io(other, .read) { count += receive(other).utf8.count }
        handle.on_drain = { handle in
          guard left > 0 else { return }
          left -= 1
          handle.push_write("y")
        }
        loop.run(until: { count == 10_000 })
        withExtendedLifetime(reader) {}
      })
  }

  @Test("more than wbuf_max is an error")
  func limit() throws {
    var errors: [String] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop, on_error: { _, fatal, _ in errors.append("\(fatal) \(errno)") },
          wbuf_max: 1000)
      },
      { handle, _, _ in
        handle.push_write([UInt8](repeating: 0, count: 2_000_000))
        #expect(handle.destroyed)
      })
    #expect(errors == ["true \(ENOSPC)"])
  }

  @Test("on_drain is called when no more than low_water_mark is left")
  func lowWaterMark() throws {
    for (mark, isCalled) in [(3_000_000, true), (1000, false)] {
      var count = 0
      try withHandle(
        { fd, loop in
          Handle(fh: fd, on: loop, on_drain: { _ in count += 1 }, low_water_mark: mark)
        },
        { handle, _, loop in
          // Before anything is pushed nothing is left.
          loop.run(until: { count == 1 })
          // More than the kernel takes, and nobody reads.
          handle.push_write([UInt8](repeating: 0, count: 2_000_000))
          for _ in 0..<10 { loop.runOnce(waiting: false) }
          #expect((count > 1) == isCalled)
        })
    }
  }

  @Test("with autocork small writes leave together")
  func autocork() throws {
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, autocork: true) },
      { handle, other, loop in
        handle.push_write("a")
        handle.push_write("b")
        #expect(receive(other) == "")
        loop.runOnce(waiting: false)
        #expect(receive(other) == "ab")
      })
  }

  @Test("with autocork on_drain is called once at first, and then when something has left")
  func corkedDrain() throws {
    var drained = 0
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, on_drain: { _ in drained += 1 }, autocork: true) },
      { handle, other, loop in
        #expect(drained == 1)
        for _ in 0..<3 { loop.runOnce(waiting: false) }
        #expect(drained == 1)
        handle.push_write("a")
        handle.push_write("b")
        #expect(drained == 1)
        loop.runOnce(waiting: false)
        #expect(drained == 2 && receive(other) == "ab")
      })
  }

  @Test("push_shutdown closes the writing direction only, when all is written")
  func shutdown() throws {
    let large = [UInt8](repeating: 0x61, count: 1_000_000)
    var answer = ""
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, loop in
        near.push_write(large)
        near.push_shutdown()
        var count = 0
        far.on_read = { handle in
          count += handle.rbuf.count
          handle.rbuf.removeFirst(handle.rbuf.count)
        }
        far.on_eof = { handle in handle.push_write(.line, "got \(count)") }
        near.push_read(.line) { answer = $1 }
        loop.run(until: { !answer.isEmpty })
      })
    #expect(answer == "got 1000000")
  }

  @Test("push_shutdown in on_drain, with nothing left to write, is the end")
  func shutdownWhenDrained() throws {
    var left = 100
    var count = 0
    var isAtEnd = false
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, loop in
        far.on_read = { handle in
          count += handle.rbuf.count
          handle.rbuf.removeFirst(handle.rbuf.count)
        }
        far.on_eof = { _ in isAtEnd = true }
        near.on_drain = { handle in
          left -= 1
          if left >= 0 {
            handle.push_write([UInt8](repeating: 0x61, count: 10_000))
          } else {
            handle.push_shutdown()
          }
        }
        loop.run(until: { isAtEnd })
      })
    #expect(count == 1_000_000)
  }

  @Test("what is not sent when a handle goes is sent behind it, unless it may not linger")
  func linger() throws {
    for linger in [3600.0, 0] {
      try withLoop { loop in
        let (near, far) = try socketPair()
        var handle: Handle? = Handle(fh: near, on: loop, linger: linger)
        handle?.push_write([UInt8](repeating: 0x61, count: 1_000_000))
        #expect(handle != nil)
        handle = nil
        var count = 0
        var isOver = false
        let other = Handle(
          fh: far, on: loop, on_error: { _, _, _ in isOver = true },
          on_read: { handle in
            count += handle.rbuf.count
            handle.rbuf.removeFirst(handle.rbuf.count)
          }, on_eof: { _ in isOver = true })
        loop.run(until: { isOver })
        #expect((count == 1_000_000) == (linger > 0))
        other.destroy()
      }
    }
  }

  @Test("a pipe is written to and read from like a socket")
  func pipes() {
    withLoop { loop in
      var ends: [CInt] = [-1, -1]
      #expect(pipe(&ends) == 0)
      let reader = Handle(fh: ends[0], on: loop)
      let writer = Handle(fh: ends[1], on: loop)
      var line = ""
      reader.push_read(.line) { line = $1 }
      writer.push_write(.line, "through a pipe")
      loop.run(until: { !line.isEmpty })
      #expect(line == "through a pipe")
      reader.destroy()
      // Nobody reads any more: an error, no signal.
      var code: CInt = 0
      writer.on_error = { _, _, _ in code = errno }
      writer.push_write("x")
      #expect(code == EPIPE && writer.destroyed)
    }
  }
}
