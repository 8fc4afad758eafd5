import Glibc
import TestSupport
import Testing

@testable import AnyEvent

@Suite("Time and connections that are awaited")
struct AwaitTests {
  @Test("sleep takes the loop's time, and a cancelled one leaves no timer")
  func sleep() {
    let loop = Loop(manualTime: 0)
    let sleeping = loop.attempt { try await AE.sleep(60) }
    loop.advance(by: 59)
    #expect(sleeping.result == nil)
    loop.advance(by: 1)
    #expect(sleeping.value != nil)
    let cancelled = loop.attempt { try await loop.sleep(60) }
    loop.advance(by: 1)
    #expect(loop.nextDeadline != nil)
    cancelled.cancel()
    loop.advance(by: 0)
    #expect(cancelled.error is CancellationError)
    #expect(loop.nextDeadline == nil)
    loop.close()
  }

  @Test("tcp_connect returns a socket, or throws the errno")
  func connect() throws {
    try withLoop { loop in
      var accepted: CInt = -1
      let listener = try loop.listen(on: "127.0.0.1", 0) { accepted = $0.fd }
      let port = listener.address.port
      let socket = try #require(loop.finish { try await tcp_connect("127.0.0.1", port) }.value)
      loop.run(until: { accepted >= 0 })
      for fd in [socket, accepted] { Glibc.close(fd) }
      listener.close()
      // Not that port again, which another test may have by now.
      let missing = loop.finish { try await tcp_connect("unix/", "/nowhere/at/all", timeout: 20) }
      #expect((missing.error as? SocketError)?.code == ENOENT)
    }
  }

  @Test("cancelling a connection under way gives it up")
  func connectCancelled() {
    withLoop { loop in
      let listener = FullListener()
      // Before they are full, queues take one or two.
      let waiting = (0..<4).map { _ in
        loop.attempt { try await tcp_connect("127.0.0.1", listener.port) }
      }
      loop.settle()
      let before = loop.openHandles
      let connecting = loop.attempt { try await tcp_connect("127.0.0.1", listener.port) }
      loop.settle()
      #expect(connecting.result == nil && !loop.kept.isEmpty)
      connecting.cancel()
      loop.run(until: { connecting.result != nil })
      #expect(connecting.error is CancellationError)
      loop.run(until: { loop.openHandles == before })
      for attempt in waiting {
        attempt.cancel()
        loop.run(until: { attempt.result != nil })
        if case .success(let fd)? = attempt.result { Glibc.close(fd) }
      }
      #expect(loop.kept.isEmpty)
    }
  }

  @Test("whatever waits on a loop ends when that is closed")
  func closing() {
    withSocketPair { left, right in
      let loop = Loop()
      let handle = Handle(.fh(dup(right)), on: loop)
      let attempts: [Attempt<Void>] = [
        loop.attempt { try await loop.sleep(1000) },
        loop.attempt { _ = try await loop.connect(to: "192.0.2.1", 9) },
        loop.attempt { _ = try await handle.read(.line) },
        loop.attempt { for try await _ in handle.lines {} },
        loop.attempt { try await CondVar<Void>(on: loop).value },
      ]
      loop.settle()
      loop.close()
      for attempt in attempts { #expect(attempt.error != nil) }
      #expect(attempts.filter { $0.error as? CondVarError == .closedLoop }.count >= 4)
      #expect(loop.suspensions == nil)
    }
  }

  @Test("what is awaited on a thread without a loop stops with a sentence that says what to write")
  func wrongThread() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      await Task.detached { try? await AE.sleep(1) }.value
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("AE.sleep was awaited on a thread that is not the event loop's"))
  }
}

@Suite("Handles that are awaited")
struct HandleAwaitTests {
  /// Runs `body` with the ends of a connection.
  private func withEnds(_ body: (_ near: Handle, _ far: CInt, Loop) throws -> Void) throws {
    try withLoop { loop in
      try withSocketPair { left, right in
        let handle = Handle(.fh(dup(right)), on: loop)
        try body(handle, left, loop)
        handle.destroy()
      }
    }
  }

  private func write(_ fd: CInt, _ text: String) {
    _ = text.withCString { Glibc.send(fd, $0, strlen($0), CInt(MSG_NOSIGNAL)) }
  }

  @Test("pieces of several forms come one after the other")
  func forms() throws {
    try withEnds { handle, far, loop in
      let reading = loop.attempt {
        let line = try await handle.read(.line)
        let (bytes, eol): ([UInt8], [UInt8]) = try await handle.read(.line)
        let chunk: [UInt8] = try await handle.read(.chunk(3))
        let value = try await handle.read(.json)
        return (line, bytes, eol, chunk, value)
      }
      for part in ["fir", "st\r\nse", "cond\nab", "c[1,", "2]"] {
        loop.settle()
        write(far, part)
      }
      loop.run(until: { reading.result != nil })
      let got = try #require(reading.value)
      #expect(got.0 == "first" && got.1 == Array("second".utf8) && got.2 == [10])
      #expect(got.3 == Array("abc".utf8))
      #expect(got.4 == [1, 2])
    }
  }

  @Test("a cancelled read takes nothing, and the handle can be used further")
  func cancelled() throws {
    try withEnds { handle, far, loop in
      let reading = loop.attempt { try await handle.read(.line) }
      write(far, "begin")
      loop.run(until: { handle.rbuf.count == 5 })
      reading.cancel()
      loop.run(until: { reading.result != nil })
      #expect(reading.error is CancellationError)
      #expect(!handle.stream.isReading)
      #expect(handle.awaited.isEmpty)
      write(far, " and end\n")
      let second = loop.finish { try await handle.read(.line) }
      #expect(second.value == "begin and end")
    }
  }

  @Test(
    "reads that are taken back behind one that waits leave nothing, and the others keep their order"
  )
  func cancelledBehind() throws {
    try withEnds { handle, far, loop in
      var got: [String] = []
      func read() -> Attempt<Void> {
        loop.attempt { got.append(try await handle.read(.line)) }
      }
      let first = read()
      var last: Attempt<Void>?
      for round in 0..<200 {
        let reading = read()
        if round == 100 { last = read() }
        loop.settle()
        reading.cancel()
        loop.run(until: { reading.result != nil })
        #expect(reading.error is CancellationError)
        #expect(handle.queue.count < 20)
        #expect(handle.awaited.count == (last == nil ? 1 : 2))
      }
      write(far, "a\nb\nc\n")
      loop.run(until: { first.result != nil && last?.result != nil })
      #expect(got == ["a", "b"])
      #expect(handle.awaited.isEmpty)
    }
  }

  @Test("reads whose time is over leave nothing behind a request of a callback")
  func lateBehind() throws {
    try withEnds { handle, far, loop in
      var line = ""
      handle.push_read(.line) { line = $1 }
      // It keeps the handle after a time-out for which no task waits.
      handle.on_error = { _, _, _ in }
      handle.rtimeout = 0.000_001
      for _ in 0..<50 {
        let late = loop.finish { try await handle.read(.line) }
        #expect((late.error as? HandleError)?.code == ETIMEDOUT)
        #expect(handle.queue.count < 20 && handle.awaited.isEmpty)
      }
      handle.rtimeout = 0
      write(far, "a\nb\n")
      let reading = loop.finish { try await handle.read(.line) }
      #expect(line == "a" && reading.value == "b")
    }
  }

  @Test("data that does not have the form is an error of the read, after which one can go on")
  func badData() throws {
    try withEnds { handle, far, loop in
      write(far, "}no json\nline\n")
      let reading = loop.finish { try await handle.read(.json) }
      let error = try #require(reading.error as? HandleError)
      #expect(error.code == EBADMSG && !error.isFatal && !handle.destroyed)
      let lines = loop.finish { [try await handle.read(.line), try await handle.read(.line)] }
      #expect(lines.value == ["}no json", "line"])
    }
  }

  @Test(
    "the end of the stream, a time-out and destroy are thrown to who waits, and told to on_error")
  func errors() throws {
    try withEnds { handle, far, loop in
      let late = loop.attempt { try await handle.read(.line) }
      loop.settle()
      // Before that nobody would be told of a time-out.
      handle.rtimeout = 0.001
      loop.run(until: { late.result != nil })
      #expect((late.error as? HandleError)?.code == ETIMEDOUT)
      #expect(!handle.destroyed)
      handle.rtimeout = 0
      var told: [CInt] = []
      handle.on_error = { _, _, _ in told.append(errno) }
      let reading = loop.attempt { try await handle.read(.line) }
      let behind = loop.attempt { try await handle.read(.chunk(5)) as String }
      write(far, "no end")
      shutdown(far, CInt(SHUT_WR))
      loop.run(until: { reading.result != nil && behind.result != nil })
      #expect((reading.error as? HandleError)?.code == EPIPE)
      #expect((behind.error as? HandleError)?.isFatal == true)
      #expect(told == [EPIPE])
      let after = loop.finish { try await handle.read(.line) }
      #expect((after.error as? HandleError)?.code == EPIPE)
    }
    try withEnds { handle, _, loop in
      let reading = loop.attempt { try await handle.read(.line) }
      loop.settle()
      handle.destroy()
      loop.run(until: { reading.result != nil })
      #expect(reading.error as? HandleError == .destroyed)
    }
  }

  @Test("lines end with the stream, the last one without an end included, and writing goes on")
  func lines() throws {
    try withEnds { handle, far, loop in
      var lines: [String] = []
      write(far, "one\ntwo\r\n\nth")
      let reading = loop.attempt { for try await line in handle.lines { lines.append(line) } }
      loop.run(until: { lines.count == 3 })
      write(far, "ree")
      shutdown(far, CInt(SHUT_WR))
      loop.run(until: { reading.result != nil })
      #expect(reading.value != nil)
      #expect(lines == ["one", "two", "", "three"])
      #expect(!handle.destroyed)
      handle.push_write("answer")
      loop.run(until: { receiveByte(far) == 1 })
      let more = loop.finish {
        var count = 0
        for try await _ in handle.lines { count += 1 }
        return count
      }
      #expect(more.value == 0)
    }
  }

  @Test("time in which no task reads does not count for the time-outs")
  func idleTime() {
    let loop = Loop(manualTime: 1000)
    withSocketPair { left, right in
      let handle = Handle(.fh(dup(right)), on: loop)
      handle.rtimeout = 1
      handle.timeout = 1
      write(left, "a\nb\n")
      for line in ["a", "b"] {
        let reading = loop.attempt { try await handle.read(.line) }
        loop.settle()
        #expect(reading.value == line)
        loop.advance(by: 60)
        #expect(!handle.destroyed)
      }
      for _ in 0..<2 {
        let late = loop.attempt { try await handle.read(.line) }
        loop.advance(by: 0.5)
        #expect(late.result == nil)
        loop.advance(by: 0.6)
        #expect((late.error as? HandleError)?.code == ETIMEDOUT)
        loop.advance(by: 60)
        #expect(!handle.destroyed)
      }
      handle.destroy()
    }
    loop.close()
  }

  /// Runs `body` with two handles between which TLS is up.
  private func withTLS(_ body: (_ near: Handle, _ far: Handle, Loop) throws -> Void) throws {
    try withTLSHandles { near, far, loop in
      loop.run(until: { near.tls_cipher != nil && far.tls_cipher != nil })
      try body(near, far, loop)
    }
  }

  @Test("lines that TLS hands over together with the end are given out before it")
  func linesOfTLS() throws {
    try withTLS { near, far, loop in
      var lines: [String] = []
      let go = CondVar<Void>(on: loop)
      let reading = loop.attempt {
        for try await line in near.lines {
          lines.append(line)
          if lines.count == 1 { try await go.value }
        }
      }
      loop.settle()
      far.push_write("a\nb\n")
      far.push_shutdown()
      loop.run(until: { near.hasEnded && lines == ["a"] })
      #expect(!near.destroyed)
      go.send()
      loop.run(until: { reading.result != nil })
      #expect(reading.value != nil)
      #expect(lines == ["a", "b"])
      #expect(!near.destroyed)
    }
  }

  @Test("pieces that TLS hands over together with the end are given out before the error")
  func piecesOfTLS() throws {
    try withTLS { near, far, loop in
      let reading = loop.attempt { [try await near.read(.line), try await near.read(.line)] }
      loop.settle()
      far.push_write("a\nb\n")
      far.push_shutdown()
      loop.run(until: { near.hasEnded && reading.result != nil })
      #expect(reading.value == ["a", "b"])
      let after = loop.finish { try await near.read(.line) }
      #expect((after.error as? HandleError)?.code == EPIPE)
      #expect(near.destroyed)
    }
  }

  @Test("an end for which no task has asked yet is told to on_eof when that is set")
  func lateCallback() throws {
    try withTLS { near, far, loop in
      let reading = loop.attempt { try await near.read(.line) }
      loop.settle()
      far.push_write("a\n")
      far.push_shutdown()
      loop.run(until: { near.hasEnded && reading.result != nil })
      var ends = 0
      near.on_eof = { _ in ends += 1 }
      #expect(ends == 1)
      #expect(!near.destroyed)
    }
  }

  @Test("lines that nobody takes wait with their sender")
  func backPressure() throws {
    try withEnds { handle, far, loop in
      let text = String(repeating: String(repeating: "x", count: 99) + "\n", count: 100)
      let taking = loop.attempt {
        for try await line in handle.lines { return line.utf8.count }
        return 0
      }
      var sent = 0
      for _ in 0..<2000 {
        let count = text.withCString {
          Glibc.send(far, $0, strlen($0), CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if count < 0 { break }
        sent += count
        loop.settle()
      }
      #expect(taking.value == 99)
      // The sender is stopped by the system's buffers, and what is kept here is what arrived at once.
      #expect(sent < 2000 * 10_000)
      #expect(handle.rbuf.count <= 1 << 18)
      #expect(!handle.stream.isReading)
    }
  }
}
