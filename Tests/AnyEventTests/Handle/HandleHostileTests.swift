import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Handles whose other end is hostile, and callbacks that end their handle")
struct HandleHostileTests {
  /// The errors that a handle reports for what `attack` does to it.
  private func errors(
    tcp: Bool = false, rbuf_max: Int? = nil, wbuf_max: Int? = nil,
    _ attack: (_ handle: Handle, _ other: CInt, _ loop: Loop) -> Void
  ) throws -> [String] {
    var errors: [String] = []
    try withLoop { loop in
      var accepted: CInt?
      var ends: (CInt, CInt)
      if tcp {
        let listener = try loop.listen(on: "127.0.0.1", 0) { accepted = $0.fd }
        var connected: CInt?
        let attempt = loop.connect(to: "127.0.0.1", listener.address.port) {
          connected = try? $0.get().fd
        }
        loop.run(until: { accepted != nil && connected != nil })
        withExtendedLifetime(attempt) {}
        ends = (try #require(accepted), try #require(connected))
        listener.close()
      } else {
        ends = try socketPair()
      }
      let handle = Handle(
        fh: ends.0, on: loop,
        on_error: { _, fatal, message in
          errors.append("\(fatal) \(errno) \(message) \(loop.isOnLoop)")
        }, rbuf_max: rbuf_max, wbuf_max: wbuf_max)
      attack(handle, ends.1, loop)
      loop.run(until: { handle.destroyed })
      // Whatever comes behind the error is not reported.
      loop.settle()
    }
    return errors
  }

  @Test("a reset is one error")
  func reset() throws {
    let errors = try errors(tcp: true) { handle, other, loop in
      handle.push_read(.line) { _, _ in }
      var abort = linger(l_onoff: 1, l_linger: 0)
      setsockopt(
        other, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
      close(other)
    }
    #expect(errors == ["true \(ECONNRESET) Connection reset by peer true"])
  }

  @Test("a flood without a newline is one error, whatever of it is still to come")
  func flood() throws {
    var most = 0
    let errors = try errors(rbuf_max: 10_000) { handle, other, loop in
      handle.push_read(.line) { _, _ in }
      let part = [UInt8](repeating: 0x78, count: 1000)
      var sent = 0
      while !handle.destroyed, sent < 1 << 24 {
        let count = Glibc.send(other, part, part.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        if count > 0 { sent += count }
        most = max(most, handle.rbuf.count)
        loop.runOnce(waiting: false)
      }
      close(other)
    }
    #expect(errors == ["true \(ENOSPC) No space left on device true"])
    #expect(most <= 10_000)
  }

  @Test("a reader that never reads is one error")
  func neverReads() throws {
    let errors = try errors(wbuf_max: 100_000) { handle, other, loop in
      let part = [UInt8](repeating: 0x78, count: 1000)
      for _ in 0..<100_000 where !handle.destroyed { handle.push_write(part) }
      #expect(handle.destroyed)
      close(other)
    }
    #expect(errors == ["true \(ENOSPC) No space left on device true"])
  }

  @Test("a half-close leaves writing open, and the end is reported once")
  func halfClose() throws {
    var ends = 0
    let errors = try errors { handle, other, loop in
      handle.on_eof = { handle in
        ends += 1
        handle.push_write("still here")
      }
      handle.on_read = { $0.rbuf = "" }
      send(other, "bye")
      shutdown(other, CInt(SHUT_WR))
      loop.run(until: { ends > 0 })
      loop.settle()
      #expect(receive(other) == "still here")
      handle.destroy()
      close(other)
    }
    #expect(ends == 1 && errors == [])
  }

  @Test("the end while a piece is not complete is one error")
  func cutPieces() throws {
    for type in [HandleReadType<[UInt8]>.netstring, .packstring("N"), .chunk(9), .line] {
      let errors = try errors { handle, other, _ in
        handle.push_read(type) { _, _ in Issue.record("there is no whole piece") }
        send(other, "5:ab")
        close(other)
      }
      #expect(errors == ["true \(EPIPE) Broken pipe true"])
    }
  }

  // MARK: Callbacks that end their handle

  /// A way to have a callback called that destroys its handle.
  struct Callback: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let provoke:
      @Sendable (_ handle: Handle, _ other: CInt, _ end: @escaping (Handle) -> Void) -> Void
  }

  static let callbacks: [Callback] = [
    Callback(testDescription: "on_read") { handle, other, end in
      handle.on_read = end
      send(other, "x")
    },
    Callback(testDescription: "on_eof") { handle, other, end in
      handle.on_eof = end
      handle.on_read = { _ in }
      shutdown(other, CInt(SHUT_WR))
    },
    Callback(testDescription: "on_drain") { handle, _, end in handle.on_drain = end },
    Callback(testDescription: "on_drain after writing") { handle, _, end in
      handle.low_water_mark = -1
      handle.on_drain = end
      handle.low_water_mark = 0
      handle.push_write("x")
    },
    Callback(testDescription: "on_timeout") { handle, _, end in
      handle.on_timeout = end
      handle.timeout = 1e-9
    },
    Callback(testDescription: "on_rtimeout") { handle, _, end in
      handle.on_rtimeout = end
      handle.rtimeout = 1e-9
    },
    Callback(testDescription: "on_wtimeout") { handle, _, end in
      handle.on_wtimeout = end
      handle.wtimeout = 1e-9
    },
    Callback(testDescription: "on_error") { handle, other, end in
      handle.on_error = { handle, _, _ in end(handle) }
      handle.push_read(.json) { _, _ in }
      send(other, "!")
    },
    Callback(testDescription: "a plain request") { handle, other, end in
      handle.push_read { handle in
        // It looks at once, before there is anything to be read.
        end(handle)
        return false
      }
    },
    Callback(testDescription: "a line") { handle, other, end in
      handle.push_read(.line) { handle, _ in end(handle) }
      handle.push_read(.line) { _, _ in Issue.record("the handle has ended") }
      send(other, "x\ny\n")
    },
    Callback(testDescription: "an expression") { handle, other, end in
      handle.push_read(.regex(/x/)) { handle, _ in end(handle) }
      send(other, "x")
    },
    Callback(testDescription: "on_starttls") { handle, other, end in
      handle.on_starttls = { handle, _, _ in end(handle) }
      handle.starttls("accept")
      send(other, "this is no TLS record at all")
    },
  ]

  @Test("every callback may destroy its handle, and is the last", arguments: callbacks)
  func destroying(_ callback: Callback) throws {
    var calls = 0
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        callback.provoke(handle, other) { handle in
          calls += 1
          handle.destroy()
          handle.push_write("ignored")
          handle.on_read = { _ in Issue.record("the handle has ended") }
        }
        loop.run(until: { handle.destroyed })
        // Nobody listens any more.
        _ = Glibc.send(other, "more", 4, CInt(MSG_NOSIGNAL))
        loop.settle()
      })
    #expect(calls == 1)
  }
}
