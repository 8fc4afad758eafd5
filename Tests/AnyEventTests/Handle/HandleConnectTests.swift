import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Handles that connect, and their clocks")
struct HandleConnectTests {
  @Test("what is pushed before there is a connection is written, and the peer is told")
  func connects() throws {
    try withLoop { loop in
      try loop.perform {
        var server: Handle?
        let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
          server = Handle(fh: socket.fd, on: loop)
          server?.push_read(.line) { $0.push_write(.line, "got \($1)") }
        }
        var events: [String] = []
        let client = Handle(
          connect: ("127.0.0.1", listener.address.port),
          on_prepare: { handle in
            #expect(handle.fh >= 0)
            events.append("prepare")
            return 5
          },
          on_connect: { handle, host, port, _ in
            #expect(port == listener.address.port)
            events.append("connect \(host)")
          }, no_delay: true, keepalive: true)
        client.push_write(.line, "early")
        client.push_read(.line) { events.append($1) }
        #expect(client.fh == -1 && client.peername == "127.0.0.1")
        loop.run(until: { events.count == 3 })
        #expect(events == ["prepare", "connect 127.0.0.1", "got early"])
        #expect(option(client.fh, CInt(IPPROTO_TCP), TCP_NODELAY) != 0)
        #expect(option(client.fh, SOL_SOCKET, SO_KEEPALIVE) != 0)
        client.no_delay = false
        client.keepalive = false
        #expect(option(client.fh, CInt(IPPROTO_TCP), TCP_NODELAY) == 0)
        #expect(option(client.fh, SOL_SOCKET, SO_KEEPALIVE) == 0)
        client.destroy()
        server?.destroy()
      }
    }
  }

  @Test("a handle with neither fh nor connect, or with both, stops the program with a sentence")
  func sources() async {
    let without = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Handle(on: Loop(), on_read: { _ in }) }
    let withBoth = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Handle(fh: 0, connect: ("127.0.0.1", 1), on: Loop()) }
    func output(_ result: ExitTest.Result?) -> String {
      String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
    #expect(output(without).contains("neither was given"))
    #expect(output(withBoth).contains("both were given"))
  }

  @Test("a handle is made of a source and options as well, and keeps its time-outs and marks")
  func options() throws {
    try withLoop { loop in
      var events: [String] = []
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        var options = Handle.Options()
        options.on_error = { handle, _, message in events.append(message) }
        options.linger = 7
        options.low_water_mark = 3
        options.rtimeout = 100
        let server = Handle(.fh(socket.fd), options, on: loop)
        #expect(server.linger == 7 && server.low_water_mark == 3 && server.rtimeout == 100)
        server.push_read(.line) { handle, line in
          handle.push_write(.line, "got \(line)")
          withExtendedLifetime(server) {}
        }
      }
      var options = Handle.Options()
      options.on_connect = { _, host, _, _ in events.append("connect \(host)") }
      let client = Handle(
        .connect(host: "127.0.0.1", service: listener.address.port), options, on: loop)
      #expect(client.peername == "127.0.0.1")
      client.push_write(.line, "early")
      client.push_read(.line) { events.append($1) }
      loop.run(until: { events.count == 2 })
      #expect(events == ["connect 127.0.0.1", "got early"])
      client.destroy()
    }
  }

  private func option(_ fd: CInt, _ level: CInt, _ name: CInt) -> CInt {
    var value: CInt = -1
    var size = socklen_t(MemoryLayout<CInt>.size)
    #expect(getsockopt(fd, level, name, &value, &size) == 0)
    return value
  }

  @Test("a refused connection is told to on_connect_error, else to on_error")
  func refused() throws {
    try withLoop { loop in
      try loop.perform {
        let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
        let port = listener.address.port
        listener.close()
        var events: [String] = []
        let first = Handle(
          connect: ("127.0.0.1", port),
          on_connect_error: { handle, message in
            let isNamed = handle.error_detail?.contains(":\(port)") == true
            events.append("\(errno == ECONNREFUSED && message == "Connection refused") \(isNamed)")
          },
          on_error: { _, _, _ in events.append("wrong") })
        let second = Handle(
          connect: ("127.0.0.1", port),
          on_error: { _, fatal, _ in events.append("\(fatal) \(errno == ECONNREFUSED)") })
        loop.run(until: { events.count == 2 })
        #expect(events == ["true true", "true true"])
        #expect(first.destroyed && second.destroyed)
      }
    }
  }

  @Test("a handle that goes while it connects is never called")
  func cancelled() throws {
    try withLoop { loop in
      try loop.perform {
        let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
        var handle: Handle? = Handle(
          connect: ("127.0.0.1", listener.address.port),
          on_connect: { _, _, _, _ in Issue.record("called") },
          on_error: { _, _, _ in Issue.record("called") })
        handle?.push_write("x")
        #expect(handle != nil)
        handle = nil
        for _ in 0..<20 { loop.runOnce(waiting: false) }
      }
    }
  }

  @Test("retry gives the connection up with all that was queued, and tries the next address")
  func retry() throws {
    try withLoop { loop in
      try loop.perform {
        let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
        var message = ""
        let handle = Handle(
          connect: ("127.0.0.1", listener.address.port),
          on_connect: { _, _, _, retry in retry() },
          on_connect_error: { message = $1 })
        loop.run(until: { !message.isEmpty })
        #expect(handle.destroyed)
      }
    }
  }

  @Test("the clocks of a handle count from what was read and written")
  func timeouts() throws {
    let loop = Loop(manualTime: 1000)
    let (near, far) = try socketPair()
    var events: [String] = []
    let handle = Handle(
      fh: near, on: loop, on_error: { _, fatal, _ in events.append("error \(fatal) \(errno)") },
      on_read: { $0.rbuf.removeFirst($0.rbuf.count) }, timeout: 10, rtimeout: 20, wtimeout: 30,
      on_rtimeout: { _ in events.append("read") }, on_wtimeout: { _ in events.append("write") })
    loop.advance(by: 9)
    #expect(events == [])
    handle.push_write("x")
    loop.advance(by: 9)
    #expect(events == [])
    loop.advance(by: 1)
    #expect(events == ["error false \(ETIMEDOUT)"])
    loop.advance(by: 1)
    #expect(events == ["error false \(ETIMEDOUT)", "read"])
    events = []
    handle.timeout = 0
    send(far, "y")
    loop.advance(by: 18.5)
    #expect(events == [])
    loop.advance(by: 1)
    #expect(events == ["write"])
    events = []
    handle.rtimeout_reset()
    loop.advance(by: 19)
    #expect(events == [])
    handle.wtimeout = 0
    handle.on_rtimeout = { $0.destroy() }
    loop.advance(by: 2)
    #expect(handle.destroyed && events == [])
    close(far)
    loop.close()
  }
}
