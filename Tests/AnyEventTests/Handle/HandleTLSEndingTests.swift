import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Limits and ends of TLS on handles")
struct HandleTLSEndingTests {
  /// A client and a server once TLS is up.
  private func withTLS(
    near options: (Handle) -> Void = { _ in }, far prepare: (Handle) -> Void = { _ in },
    _ body: (_ near: Handle, _ far: Handle, _ loop: Loop) throws -> Void
  ) throws {
    try withTLSHandles { near, far, loop in
      options(near)
      prepare(far)
      loop.run(until: { near.tls_cipher != nil && far.tls_cipher != nil })
      try body(near, far, loop)
    }
  }

  @Test("what is not sent when a handle goes is sent behind it in TLS as well, and then the end")
  func linger() throws {
    var count = 0
    var isOver = false
    let large = [UInt8](repeating: 0x61, count: 1_000_000)
    try withTLS(
      far: { far in
        far.on_read = { handle in
          count += handle.rbuf.count
          handle.rbuf.removeFirst(handle.rbuf.count)
        }
        // Not called when the stream alone ends.
        far.on_stoptls = { _ in isOver = true }
      },
      { near, far, loop in
        near.push_write(large)
        // The kernel's buffer is full: this waits for its turn.
        near.push_write(large)
        near.destroy()
        loop.run(until: { isOver })
        #expect(count == 2 * large.count)
      })
  }

  @Test("with autocork a handle that goes loses nothing")
  func corked() throws {
    var line = ""
    try withTLS(
      near: { $0.autocork = true }, far: { $0.push_read(.line) { line = $1 } },
      { near, _, loop in
        near.push_write(.line, "last words")
        near.destroy()
        loop.run(until: { !line.isEmpty })
      })
    #expect(line == "last words")
  }

  @Test("wbuf_max counts what waits to be encrypted", arguments: [true, false])
  func limit(_ isUp: Bool) throws {
    var errors: [String] = []
    let prepare = { (handle: Handle) in
      handle.wbuf_max = 1_500_000
      handle.on_error = { _, fatal, _ in errors.append("\(fatal) \(errno == ENOSPC)") }
    }
    let push = { (handle: Handle) in
      for _ in 0..<8 { handle.push_write([UInt8](repeating: 0x61, count: 400_000)) }
      #expect(handle.destroyed)
    }
    if isUp {
      try withTLS(near: prepare, { near, _, _ in push(near) })
    } else {
      let context = try TLSVectors.context()
      try withHandle(
        { fd, loop in Handle(fh: fd, on: loop, tls: .connect, tls_ctx: context) },
        { handle, _, _ in
          prepare(handle)
          push(handle)
        })
    }
    #expect(errors == ["true true"])
  }

  @Test("what is pushed after stoptls waits for the other end, and then leaves in clear")
  func pushAfterStop() throws {
    var events: [String] = []
    try withTLS(
      near: { near in
        near.on_error = { events.append("error \($2)") }
        near.on_stoptls = { _ in events.append("stopped") }
      },
      far: { far in
        far.on_stoptls = { _ in events.append("other stopped") }
        for _ in 0..<2 {
          far.push_read(.line) { events.append("\($1) \($0.tls_cipher != nil)") }
        }
      },
      { near, _, loop in
        near.push_write(.line, "one")
        near.stoptls()
        near.push_write(.line, "two")
        loop.run(until: { events.count == 4 })
      })
    #expect(events == ["one true", "other stopped", "stopped", "two false"])
  }

  @Test("TLS that begins anew right behind its end is TLS")
  func restart() throws {
    let context = try TLSVectors.context()
    var lines: [String] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop, on_error: { Issue.record("\($2)") }, tls: .accept, tls_ctx: context,
          on_stoptls: { handle in
            handle.starttls(.accept)
            handle.push_read(.line) { lines.append($1) }
          })
      },
      { handle, other, loop in
        let first = try TLSWire(other, context, .connect)
        first.talk(loop, until: { first.end.isUp && handle.tls_cipher != nil })
        first.end.session.close()
        let second = try TLSEnd(context, .connect)
        second.start()
        // In one segment.
        first.send(second.takeOutput())
        loop.runOnce(waiting: false)
        while !second.isUp {
          var buffer = [UInt8](repeating: 0, count: 1 << 16)
          let count = recv(other, &buffer, buffer.count, CInt(MSG_DONTWAIT))
          var answer = Array(buffer.prefix(max(0, count)))
          // The first record is the answer to the end.
          if !first.end.hasEnded, answer.count > 5 {
            let length = 5 + Int(answer[3]) << 8 + Int(answer[4])
            first.end.take(Array(answer.prefix(length)))
            answer.removeFirst(length)
            #expect(first.end.hasEnded)
          }
          second.take(answer)
          loop.runOnce(waiting: false)
        }
        second.write(Array("again\n".utf8))
        let bytes = second.takeOutput()
        #expect(Glibc.send(other, bytes, bytes.count, 0) == bytes.count)
        loop.run(until: { !lines.isEmpty })
      })
    #expect(lines == ["again"])
  }
}
