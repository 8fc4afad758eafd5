import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Handles that are fed with small pieces", .serialized)
struct HandlePiecesTests {
  /// One way to read a stream of about `size` bytes; `done` is called at its end.
  struct Form: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let stream: @Sendable (_ size: Int) -> [UInt8]
    let read: @Sendable (_ handle: Handle, _ size: Int, _ done: @escaping () -> Void) -> Void
  }

  private static func filled(_ before: [UInt8], _ size: Int, _ after: String) -> [UInt8] {
    before + [UInt8](repeating: UInt8(ascii: "1"), count: size) + Array(after.utf8)
  }

  private static func typed<Output>(
    _ name: String, _ type: @escaping @Sendable (Int) -> HandleReadType<Output>,
    _ stream: @escaping @Sendable (_ size: Int) -> [UInt8]
  ) -> Form {
    Form(testDescription: name, stream: stream) { handle, size, done in
      handle.push_read(type(size)) { handle, _ in
        #expect(handle.rbuf.isEmpty)
        done()
      }
    }
  }

  private static func length(_ size: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
  }

  /// Those that wait for the end of what is one piece.
  static let large: [Form] = [
    typed("line", { _ in .line }) { filled([], $0, "\r\n") },
    typed("line with an end of its own", { _ in .line(";;") }) { filled([], $0, ";;") },
    typed("chunk", { .chunk($0) }) { filled([], $0, "") },
    typed("regex", { _ in .regex(/2/) }) { filled([], $0, "2") },
    typed("regex with reject", { _ in .regex(/\n\n/, /x/) }) { filled([], $0, "\n\n") },
    typed("regex with skip", { _ in .regex(/\n\n/, nil, /^(?s:.*)[^\n]/) }) {
      filled([], $0, "\n\n")
    },
    typed("line with an end of an expression", { _ in .line(/;;/) }) { filled([], $0, ";;") },
    typed("JSON scalar", { _ in .json }) { filled(Array("\"".utf8), $0, "\"") },
    typed("JSON text", { _ in .json }) { filled(Array("[\"".utf8), $0, "\"]") },
    typed("JSON numbers", { _ in .json }) {
      Array(("[" + String(repeating: "1,", count: $0 / 2) + "1]").utf8)
    },
    typed("JSON behind white space", { _ in .json }) {
      [UInt8](repeating: 32, count: $0) + Array("[]".utf8)
    },
    typed("CBOR bytes", { _ in .cbor }) { filled([0x5A] + length($0), $0, "") },
    typed("CBOR numbers", { _ in .cbor }) {
      [0x9F] + [UInt8](repeating: 0, count: $0) + [0xFF]
    },
    typed("netstring", { _ in .netstring }) { filled(Array("\($0):".utf8), $0, ",") },
    typed("packstring", { _ in .packstring(.N) }) { filled(length($0), $0, "") },
    Form(testDescription: "plain request", stream: { filled([], $0, "") }) { handle, size, done in
      handle.push_read { handle in
        guard handle.rbuf.count >= size else { return false }
        handle.rbuf.removeFirst(size)
        done()
        return true
      }
    },
    Form(testDescription: "on_read that waits", stream: { filled([], $0, "") }) {
      handle, size, done in
      handle.on_read = { handle in
        guard handle.rbuf.count >= size else { return }
        handle.rbuf.removeFirst(size)
        done()
      }
    },
  ]

  /// Those that take small pieces.
  static let small: [Form] = [
    Form(testDescription: "on_read", stream: { filled([], $0, "") }) { handle, size, done in
      var taken = 0
      handle.on_read = { handle in
        taken += handle.rbuf.count
        handle.rbuf.removeFirst(handle.rbuf.count)
        if taken == size { done() }
      }
    },
    Form(
      testDescription: "lines",
      stream: { Array((String(repeating: "1\n", count: $0 / 2) + "\n").utf8) }
    ) { handle, _, done in
      func next(_ handle: Handle, _ line: String) {
        if line.isEmpty { done() } else { handle.push_read(.line, next) }
      }
      handle.push_read(.line, next)
    },
    Form(testDescription: "nested unshift_read", stream: { filled([], $0, "") }) {
      handle, size, done in
      var taken = 0
      func next(_ handle: Handle, _ bytes: [UInt8]) {
        taken += bytes.count
        if taken < size { handle.unshift_read(.chunk(1), next) } else { done() }
      }
      // It waits behind them all.
      handle.push_read(.chunk(1), next)
      handle.push_read(.line) { _, _ in }
    },
    Form(testDescription: "requests for everything at once", stream: { filled([], $0, "") }) {
      handle, size, done in
      for index in 1...size {
        handle.push_read(.chunk(1)) { _, _ in if index == size { done() } }
      }
    },
  ]

  /// Runs `body` on a thread whose stack has no room for what grows with each piece.
  private func onSmallStack(_ body: @escaping () -> Void) {
    onThread(stackSize: 256 << 10, body)
  }

  /// Has a handle read the stream, of which `offer` gives it a piece each time; the seconds that the
  /// processor needs.
  private func feed(
    _ form: Form, _ size: Int, pieces: Int, _ offer: @escaping (Handle, [UInt8]) -> Void
  ) -> Double {
    let bytes = form.stream(size)
    var seconds = 0.0
    onSmallStack {
      withLoop { loop in
        guard let (near, far) = try? socketPair() else { return }
        var errors: [String] = []
        let handle = Handle(fh: near, on: loop, on_error: { errors.append($2) })
        var isDone = false
        let start = processorTime()
        form.read(handle, size) { isDone = true }
        for start in stride(from: 0, to: bytes.count, by: pieces) {
          guard errors.isEmpty, !isDone else { break }
          offer(handle, Array(bytes[start..<min(start + pieces, bytes.count)]))
        }
        loop.run(until: { isDone || !errors.isEmpty })
        seconds = processorTime() - start
        #expect(errors == [])
        #expect(isDone)
        handle.destroy()
        close(far)
      }
    }
    return seconds
  }

  /// The seconds that the processor has spent on this thread, whatever others do beside it.
  private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Compares the time of a stream with that of one that is eight times as long: 64 times as much, if the
  /// time is quadratic.
  private func expectLinear(
    _ form: Form, _ size: Int, pieces: Int, _ offer: @escaping (Handle, [UInt8]) -> Void
  ) {
    var growth = 0.0
    // What else the machine does may disturb the caches once, or twice.
    for _ in 0..<3 {
      let short = feed(form, size / 8, pieces: pieces, offer)
      growth = feed(form, size, pieces: pieces, offer) / short
      if growth < 24 { return }
    }
    Issue.record("\(form.testDescription): eight times as much takes \(growth) times as long")
  }

  #if DEBUG
  private static let many = 40_000
  private static let megabytes = 2 << 20
  private static let arriving = 2_500
  #else
  private static let many = 1_000_000
  private static let megabytes = 4 << 20
  private static let arriving = 5_000
  #endif

  @Test(
    "ten thousands of bytes one by one take linear time and a constant part of the stack",
    arguments: large + small)
  func bytes(_ form: Form) {
    expectLinear(form, Self.many, pieces: 1) { handle, piece in
      handle.rbuf.append(contentsOf: piece)
      // Looks at what is there, as after reading.
      handle.on_read = handle.on_read
    }
  }

  @Test(
    "megabytes without an end in pieces of 1 KB take linear time, also if others look at each before",
    arguments: large)
  func kilobytes(_ form: Form) {
    expectLinear(form, Self.megabytes, pieces: 1 << 10) { handle, piece in
      handle.rbuf.append(contentsOf: piece)
      handle.unshift_read { _ in true }
    }
  }

  @Test("so do bytes that arrive one by one", arguments: large + small, [false, true])
  func arriving(_ form: Form, encrypted: Bool) throws {
    let size = Self.arriving
    let context = try TLSVectors.context()
    onSmallStack {
      withLoop { loop in
        guard let (near, far) = try? socketPair() else { return }
        var errors: [String] = []
        let reading = Handle(
          fh: near, on: loop, on_error: { errors.append($2) }, tls: encrypted ? .accept : nil,
          tls_ctx: context)
        let writing = Handle(
          fh: far, on: loop, on_error: { errors.append($2) }, tls: encrypted ? .connect : nil,
          tls_ctx: context)
        var isDone = false
        form.read(reading, size) { isDone = true }
        if encrypted { loop.run(until: { writing.tls_cipher != nil }) }
        for byte in form.stream(size) {
          guard errors.isEmpty, !isDone else { break }
          writing.push_write([byte])
          loop.runOnce(waiting: false)
        }
        loop.run(until: { isDone || !errors.isEmpty })
        #expect(errors == [])
        #expect(isDone, "\(form.testDescription): \(reading.rbuf.count) bytes wait")
        writing.destroy()
        reading.destroy()
      }
    }
  }

  @Test("an expression that waits is looked for when reading goes on after it was stopped")
  func stopped() throws {
    var found = ""
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        handle.push_read(.regex(/2/)) { found = $1 }
        send(other, String(repeating: "1", count: 2000))
        loop.run(until: { handle.rbuf.count == 2000 })
        send(other, "12")
        loop.run(until: { handle.rbuf.count == 2002 || !found.isEmpty })
        handle.stop_read()
        var hasPassed = false
        let timer = loop.timer(after: 0.05) { hasPassed = true }
        loop.run(until: { hasPassed })
        timer.cancel()
        handle.start_read()
        loop.run(until: { !found.isEmpty })
      })
    #expect(found.utf8.count == 2002)
  }

  @Test("what is broken is refused with each piece, and not looked at again")
  func broken() throws {
    let beginnings = [
      ("[" + String(repeating: "1,", count: 50_000) + "!", HandleReadType<Value>.json),
      ("!", .json),
    ]
    for (beginning, type) in beginnings {
      var errors = 0
      try withHandle(
        { fd, loop in Handle(fh: fd, on: loop, on_error: { _, _, _ in errors += 1 }) },
        { handle, _, _ in
          handle.push_read(type) { _, _ in }
          handle.rbuf.append(contentsOf: Array(beginning.utf8))
          for _ in 0..<20_000 {
            handle.rbuf.append(49)
            handle.on_read = nil
          }
        })
      #expect(errors == 20_000)
    }
    var errors = 0
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, on_error: { _, _, _ in errors += 1 }) },
      { handle, _, _ in
        handle.push_read(.netstring) { _, _ in }
        for _ in 0..<20_000 {
          handle.rbuf.append(49)
          handle.on_read = nil
        }
      })
    #expect(errors == 20_000 - 10)
  }
}
