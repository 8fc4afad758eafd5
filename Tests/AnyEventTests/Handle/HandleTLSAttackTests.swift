import Glibc
import TestSupport
import Testing

@testable import AnyEvent

@Suite("TLS on handles, attacked")
struct HandleTLSAttackTests {
  /// A handle that is the server, and somebody who is its client, once TLS is up.
  private func withServer(
    _ prepare: (Handle) -> Void, _ body: (Handle, TLSWire, Loop) throws -> Void
  ) throws {
    let context = try TLSVectors.context()
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, tls: .accept, tls_ctx: context) },
      { handle, other, loop in
        prepare(handle)
        let wire = try TLSWire(other, context, .connect)
        wire.talk(loop, until: { wire.end.isUp && handle.tls_cipher != nil })
        try body(handle, wire, loop)
      })
  }

  @Test("an answer is not sent in clear because a damaged record follows the question")
  func damagedRecordBehindQuestion() throws {
    var errors: [String] = []
    var questions = 0
    try withServer(
      { handle in
        handle.on_error = { _, fatal, _ in errors.append("\(fatal) \(errno == EPROTO)") }
        handle.on_read = { handle in
          questions += 1
          handle.rbuf.removeFirst(handle.rbuf.count)
          handle.push_write("a secret")
        }
      },
      { handle, wire, loop in
        wire.end.write(Array("question".utf8))
        let question = wire.takeOutput()
        wire.send(question + [23, 3, 3, 0, 30] + [UInt8](repeating: 0xEE, count: 30))
        wire.talk(loop, until: { handle.destroyed })
        wire.receive()
        #expect(questions == 1 && errors == ["true true"])
        #expect(!wire.hasSeen("a secret"))
      })
  }

  @Test("who has ended TLS for one direction gets the answer encrypted", arguments: [true, false])
  func halfClosed(_ together: Bool) throws {
    try withServer(
      { handle in
        handle.on_error = { _, _, message in Issue.record("\(message)") }
        handle.push_read(.line) { handle, _ in handle.push_write("first secret") }
        handle.on_eof = { handle in
          handle.push_write("second secret")
          handle.push_shutdown()
        }
      },
      { handle, wire, loop in
        wire.end.write(Array("question\n".utf8))
        if !together { wire.send() }
        loop.runOnce(waiting: false)
        wire.end.session.close()
        wire.talk(loop, until: { wire.end.hasEnded })
        #expect(wire.end.received == Array("first secretsecond secret".utf8))
        #expect(!wire.hasSeen("secret"))
      })
  }

  @Test("the same when somebody waits for the end of TLS: answers belong to what came before it")
  func answeredBeforeTheEnd() throws {
    var isStopped = false
    try withServer(
      { handle in
        handle.on_error = { _, _, message in Issue.record("\(message)") }
        handle.push_read(.line) { handle, _ in handle.push_write("a secret") }
        handle.on_stoptls = { handle in
          isStopped = true
          handle.push_write("plain")
        }
      },
      { handle, wire, loop in
        wire.end.write(Array("question\n".utf8))
        wire.end.session.close()
        wire.talk(loop, until: { isStopped && wire.end.hasEnded })
        wire.receive()
        #expect(wire.end.received == Array("a secret".utf8))
        #expect(!wire.hasSeen("a secret") && wire.hasSeen("plain"))
      })
  }

  @Test("after a failed handshake nothing is sent or given out in clear, and the end is told")
  func afterFailure() throws {
    let context = try TLSVectors.context()
    var events: [String] = []
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop, on_error: { events.append("error \($1) \($2)") }, tls: .connect,
          tls_ctx: context, on_starttls: { _, success, _ in events.append("starttls \(success)") })
      },
      { handle, other, loop in
        handle.push_write("a secret")
        handle.push_read(.line) { events.append("line \($1)") }
        send(other, "no TLS at all\n")
        loop.run(until: { events.count == 1 })
        handle.push_write("another secret")
        send(other, "still none\n")
        for _ in 0..<5 { loop.runOnce(waiting: false) }
        #expect(!receive(other).contains("secret"))
        #expect(events == ["starttls false"])
        shutdown(other, CInt(SHUT_WR))
        loop.run(until: { handle.destroyed })
        #expect(events == ["starttls false", "error true Unexpected end-of-file"])
        #expect(!receive(other).contains("secret"))
      })
  }

  @Test("a second attempt at TLS after a failed one sends what waits, encrypted")
  func secondAttempt() throws {
    let context = try TLSVectors.context()
    var failures = 0
    try withHandle(
      { fd, loop in
        Handle(
          fh: fd, on: loop, tls: .connect, tls_ctx: context,
          on_starttls: { _, success, _ in if !success { failures += 1 } })
      },
      { handle, other, loop in
        handle.push_write("a secret")
        send(other, "no TLS at all\n")
        loop.run(until: { failures == 1 })
        _ = receive(other)
        handle.starttls(.connect)
        let wire = try TLSWire(other, context, .accept)
        wire.talk(loop, until: { !wire.end.received.isEmpty })
        #expect(wire.end.received == Array("a secret".utf8))
      })
  }

  @Test("the next address that retry asks for is spoken to in TLS, too")
  func retry() throws {
    try withLoop { loop in
      try loop.perform {
        let context = try TLSVectors.context()
        let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
        var isOver = false
        let handle = Handle(
          connect: ("127.0.0.1", listener.address.port), on: loop,
          on_connect: { handle, _, _, retry in
            retry()
            handle.push_write("a secret")
            #expect(handle.stream.output.count == 8)
            #expect(handle.stream.transform?.isWritable == false)
          },
          on_connect_error: { _, _ in isOver = true }, tls: .connect, tls_ctx: context)
        loop.run(until: { isOver })
        #expect(handle.destroyed)
      }
    }
  }

  @Test("TLS inside TLS is data, and does no harm")
  func tlsInTLS() throws {
    let context = try TLSVectors.context()
    var detected = 0
    try withServer(
      { handle in
        handle.push_read(.tls_autostart(context, .accept))
        handle.push_read(.chunk(3)) { _, _ in detected += 1 }
      },
      { handle, wire, loop in
        let hello = try TLSEnd(context, .connect)
        hello.start()
        wire.end.write(hello.takeOutput())
        wire.talk(loop, until: { detected == 1 })
        #expect(!handle.destroyed)
      })
  }

  @Test("what nobody reads stays with the kernel, in TLS as well")
  func unread() throws {
    let large = [UInt8](repeating: 0x61, count: 2_000_000)
    var count = 0
    try withTLSHandles { near, far, loop in
      near.push_write(large)
      for _ in 0..<200 { loop.runOnce(waiting: false) }
      #expect(far.tls_cipher != nil && !far.rbuf.isEmpty && far.rbuf.count < 400_000)
      far.push_read(.chunk(large.count)) { count = $1.count }
      loop.run(until: { count > 0 })
    }
    #expect(count == large.count)
  }
}
