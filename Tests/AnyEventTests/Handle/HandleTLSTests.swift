import AnyEvent
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("TLS on handles")
struct HandleTLSTests {
  @Test("TLS from the beginning, in both roles; large data both ways")
  func conversation() throws {
    let context = try TLSVectors.context()
    var events: [String] = []
    let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try withHandles(
      { near, far, loop in
        (
          Handle(
            fh: near, on: loop, tls: .connect, tls_ctx: context,
            on_starttls: { events.append("client \($1) \($2 ?? "")") }),
          Handle(
            fh: far, on: loop, tls: .accept, tls_ctx: context,
            on_starttls: { events.append("server \($1) \($2 ?? "")") })
        )
      },
      { near, far, loop in
        // Waits for the handshake.
        near.push_write(large)
        far.push_write(.json, ["hello"])
        var sizes: [Int] = []
        far.push_read(.chunk(large.count)) { handle, bytes in
          #expect(bytes == large)
          sizes.append(bytes.count)
          handle.push_write(large)
        }
        near.push_read(.json) { #expect($1 == ["hello"]) }
        near.push_read(.chunk(large.count)) { handle, bytes in
          #expect(bytes == large)
          sizes.append(bytes.count)
        }
        #expect(near.tls_cipher == nil)
        loop.run(until: { sizes.count == 2 })
        #expect(near.tls_cipher?.hasPrefix("TLSv1.3 ") == true)
        #expect(near.tls_cipher == far.tls_cipher)
        #expect(near.tls_certificate != nil && near.tls_certificate == far.tls_certificate)
      })
    #expect(events.sorted() == ["client true ", "server true "])
  }

  @Test("TLS in the middle: what was written before is plain, and what came with it is TLS's")
  func startTLS() throws {
    let context = try TLSVectors.context()
    var lines: [String] = []
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, loop in
        near.push_write(.line, "STARTTLS")
        near.starttls(.connect, context)
        near.push_write(.line, "secret")
        // The first line and the ClientHello arrive together.
        far.push_read(.line) { handle, line in
          lines.append(line)
          handle.starttls(.accept, context)
          handle.push_read(.line) { lines.append($1) }
        }
        loop.run(until: { lines.count == 2 })
      })
    #expect(lines == ["STARTTLS", "secret"])
  }

  @Test("a request that waits when TLS is started reads what comes in TLS")
  func waitingRequest() throws {
    let context = try TLSVectors.context()
    var lines: [String] = []
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop) },
      { handle, other, loop in
        let wire = try TLSWire(other, context, .connect)
        handle.push_read(.line) { lines.append($1) }
        // It sees the beginning of TLS, in which there is no end of a line.
        let hello = wire.takeOutput()
        #expect(Glibc.send(other, hello, 6, 0) == 6)
        loop.run(until: { handle.rbuf.count == 6 })
        handle.starttls(.accept, context)
        #expect(Glibc.send(other, Array(hello[6...]), hello.count - 6, 0) == hello.count - 6)
        wire.talk(loop, until: { wire.end.isUp })
        wire.end.write(Array("x\n".utf8))
        wire.talk(loop, until: { !lines.isEmpty })
      })
    #expect(lines == ["x"])
  }

  @Test("TLS is detected, or not", arguments: [true, false])
  func autostart(_ isTLS: Bool) throws {
    let context = try TLSVectors.context()
    var got: (line: String, cipher: String?)?
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, loop in
        if isTLS { near.starttls(.connect, context) }
        near.push_write(.line, "hello")
        far.push_read(.tls_autostart(context, .accept))
        far.push_read(.line) { got = ($1, $0.tls_cipher) }
        loop.run(until: { got != nil })
      })
    #expect(got?.line == "hello")
    #expect((got?.cipher != nil) == isTLS)
  }

  @Test("TLS can be ended and started again on the same stream")
  func stopTLS() throws {
    let context = try TLSVectors.context()
    var events: [String] = []
    try withHandles(
      { near, far, loop in
        (
          Handle(
            fh: near, on: loop, tls: .connect, tls_ctx: context,
            on_starttls: { handle, _, _ in
              handle.push_write(.line, "encrypted")
              handle.stoptls()
            },
            on_stoptls: {
              events.append("stopped")
              $0.push_write(.line, "plain")
            }),
          Handle(
            fh: far, on: loop, tls: .accept, tls_ctx: context,
            on_stoptls: { _ in events.append("other stopped") })
        )
      },
      { near, far, loop in
        far.push_read(.line) { events.append("\($1) \($0.tls_cipher != nil)") }
        far.push_read(.line) { handle, line in
          events.append("\(line) \(handle.tls_cipher != nil)")
          handle.starttls(.connect, context)
        }
        loop.run(until: { events.count == 4 })
        near.on_starttls = nil
        near.starttls(.accept, context)
        near.push_read(.line) { events.append("again \($1)") }
        far.push_write(.line, "x")
        loop.run(until: { events.count == 5 })
      })
    #expect(events == ["encrypted true", "other stopped", "stopped", "plain false", "again x"])
  }

  @Test("close_notify and a bare end of the stream both are an end of file")
  func ends() throws {
    for tells in [true, false] {
      let context = try TLSVectors.context()
      var line = ""
      var isOver = false
      try withHandles(
        { near, far, loop in
          (
            Handle(fh: near, on: loop, tls: .connect, tls_ctx: context),
            Handle(
              fh: far, on: loop,
              on_error: { Issue.record("\($2)") }, on_read: { _ in },
              on_eof: { _ in isOver = true }, tls: .accept, tls_ctx: context)
          )
        },
        { near, far, loop in
          near.push_write(.line, "last")
          far.push_read(.line) { handle, text in
            line = text
            if tells { near.push_shutdown() } else { shutdown(near.fh, CInt(SHUT_WR)) }
          }
          loop.run(until: { isOver })
        })
      #expect(line == "last")
    }
  }

  @Test("a failed handshake is told to on_starttls, else it is a fatal error EPROTO")
  func failures() throws {
    let ours = try TLSVectors.context()
    let foreign = try TLSVectors.context("ed25519")
    for hasCallback in [true, false] {
      var messages: [String] = []
      try withHandles(
        { near, far, loop in
          let near = Handle(
            fh: near, on: loop,
            on_error: { messages.append("\($1) \(errno == EPROTO) \($2)") }, tls: .connect,
            tls_ctx: ours)
          if hasCallback { near.on_starttls = { messages.append("\($1) \($2 ?? "")") } }
          return (
            near,
            Handle(fh: far, on: loop, on_error: { _, _, _ in }, tls: .accept, tls_ctx: foreign)
          )
        },
        { near, _, loop in
          loop.run(until: { !messages.isEmpty })
          #expect(near.destroyed == !hasCallback)
        })
      let reason =
        "the certificate of the other end is foreign: it was not issued by one that we trust"
      #expect(messages == [hasCallback ? "false \(reason)" : "true true \(reason)"])
    }
  }

  @Test("what is pushed before a handshake fails is never sent in clear")
  func nothingInClear() throws {
    let context = try TLSVectors.context()
    try withHandle(
      { fd, loop in Handle(fh: fd, on: loop, on_error: { _, _, _ in }) },
      { handle, other, loop in
        handle.starttls(.connect, context)
        handle.push_write("a secret")
        loop.runOnce(waiting: false)
        var sent = receive(other)
        send(other, "HTTP/1.1 400 Bad Request\r\n\r\n")
        loop.run(until: { handle.destroyed })
        sent += receive(other)
        #expect(!sent.isEmpty && !sent.contains("a secret"))
      })
  }

  @Test("a name that the certificate does not have is refused")
  func names() throws {
    let client = try TLSContext(ca_cert: TestFiles.pem("ec"), verify_peername: true)
    let lax = try TLSContext(
      cert: TestFiles.pem("ec"), verify: false, verify_require_client_cert: true)
    for (name, ok) in [("AEMP test ec", true), ("example.org", false), ("127.0.0.1", false)] {
      var result: String?
      try withHandles(
        { near, far, loop in
          (
            Handle(
              fh: near, on: loop, peername: name, tls: .connect, tls_ctx: client,
              on_starttls: { result = $2 ?? "ok" }),
            Handle(fh: far, on: loop, on_error: { _, _, _ in }, tls: .accept, tls_ctx: lax)
          )
        },
        { _, _, loop in loop.run(until: { result != nil }) })
      #expect(result == (ok ? "ok" : "the certificate of the other end is that of another host"))
    }
  }

  @Test("verify_cb may destroy the handle that asks it")
  func destroyingVerifier() throws {
    let asking = Mutex<Handle?>(nil)
    let client = try TLSContext(
      ca_cert: TestFiles.pem("ec"),
      verify_cb: { check in
        asking.withLock { handle in
          handle?.destroy()
          handle = nil
        }
        return check.preverify_ok
      })
    try withHandles(
      { near, far, loop in
        let asked = Handle(fh: near, on: loop, tls: .connect, tls_ctx: client)
        asking.withLock { $0 = asked }
        return (
          asked,
          Handle(
            fh: far, on: loop, on_error: { _, _, _ in }, tls: .accept,
            tls_ctx: try TLSVectors.context())
        )
      },
      { near, far, loop in
        loop.run(until: { near.destroyed && far.destroyed })
        #expect(near.tls_certificate == nil)
      })
  }
}
