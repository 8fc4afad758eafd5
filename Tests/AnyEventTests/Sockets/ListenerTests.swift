import AnyEvent
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Servers")
struct ListenerTests {
  @Test("a server without descriptors waits instead of spinning, then goes on")
  func noDescriptors() async {
    await #expect(processExitsWith: .success) {
      let loop = Loop(manualTime: 0)
      var accepted = 0
      let complaints = Mutex<[String]>([])
      LogContext("AnyEvent").message_cb { message in
        complaints.withLock { $0.append(message.text) }
        return true
      }
      guard
        let listener = try? loop.listen(
          on: "127.0.0.1", 0,
          accept: {
            accepted += 1
            close($0.fd)
          })
      else { preconditionFailure("no server") }
      func setLimit(_ count: rlim_t) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = count
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      }
      func forbidDescriptors(_ fd: CInt) -> Double {
        // Whatever other threads close meanwhile, no descriptor is below this limit.
        setLimit(3)
        return 0
      }
      var isConnected = false
      let connection = loop.connect(
        to: "127.0.0.1", listener.address.port, prepare: forbidDescriptors
      ) { result in
        isConnected = true
        if case .failure(let error) = result { preconditionFailure("\(error)") }
      }
      /// There is no timer to end a wait on manual time: looks again and again for a while.
      func settle(until condition: () -> Bool) {
        let start = time(nil)
        while !condition(), time(nil) < start + 20 { loop.runOnce(waiting: false) }
        precondition(condition(), "waited in vain")
      }
      settle(until: { isConnected })
      // Idle rounds come only when nothing is ready: the server has stopped watching.
      var rounds = 0
      let idle = loop.idle { rounds += 1 }
      settle(until: { rounds >= 10 })
      precondition(accepted == 0)
      idle.cancel()
      // It tries again and again, and says so once.
      for _ in 0..<20 {
        loop.advance(by: 1)
        loop.runOnce(waiting: false)
      }
      complaints.withLock {
        precondition($0.count == 1, "\($0)")
        precondition($0[0].hasPrefix("cannot accept connections on 127.0.0.1:"), "\($0)")
      }
      setLimit(256)
      settle(until: {
        loop.advance(by: 1)
        return accepted == 1
      })
      withExtendedLifetime((connection, listener)) {}
      loop.close()
    }
  }

  @Test("a hundred connections are all accepted")
  func many() throws {
    try withLoop { loop in
      let done = CondVar<Void>(on: loop)
      for _ in 0..<200 { done.begin() }
      let listener = try loop.listen(on: "127.0.0.1", nil) { socket in
        close(socket.fd)
        done.end()
      }
      let guards = (0..<100).map { _ in
        loop.connect(to: "127.0.0.1", listener.address.port) { result in
          if case .success(let socket) = result { close(socket.fd) }
          done.end()
        }
      }
      try done.recv()
      withExtendedLifetime(guards) {}
    }
  }

  @Test(
    "the system's choice of port is told before listening, and listening can be refused by then")
  func prepare() throws {
    try withLoop { loop in
      var told: SocketAddress?
      let listener = try loop.listen(
        on: nil, nil,
        prepare: { _, address in
          told = address
          return 5
        }, accept: { _ in })
      #expect(told == listener.address)
      #expect(listener.address.host == "0.0.0.0")
      #expect(listener.address.port > 0)
      listener.close()
      listener.close()
    }
  }

  @Test("hosts that are names are not guessed", arguments: ["localhost", "", "256.0.0.1"])
  func names(host: String) {
    withLoop { loop in
      let error = #expect(throws: SocketError.self) { try loop.listen(on: host, 0) { _ in } }
      #expect(error?.code == EINVAL)
      #expect(error?.description == "cannot parse \"\(host)\" as a host address")
    }
  }

  @Test("a file that is not a socket is not replaced by a server")
  func otherFiles() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/precious"
      close(open(path, O_CREAT | O_WRONLY, 0o600))
      defer { unlink(path) }
      withLoop { loop in
        let error = #expect(throws: SocketError.self) {
          try loop.listen(on: "unix/", path) { _ in }
        }
        #expect(error?.code == EADDRINUSE)
        #expect(access(path, F_OK) == 0)
      }
    }
  }

  @Test("what an earlier server left is replaced, and a later server's socket is not removed")
  func replaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/socket"
      try withLoop { loop in
        let first = try loop.listen(on: "unix/", path) { _ in }
        let second = try loop.listen(on: "unix/", path) { _ in }
        first.close()
        #expect(access(path, F_OK) == 0)
        second.close()
        #expect(access(path, F_OK) != 0)
      }
    }
  }

  @Test("an unguarded server serves until its loop is closed")
  func unguarded() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/socket"
      let loop = Loop()
      try loop.perform {
        try tcp_server("unix/", path) { fh, _, _ in
          close(fh)
          loop.stop()
        }
      }
      let guarded = loop.connect(to: "unix/", path) { result in
        if case .success(let socket) = result { close(socket.fd) }
      }
      loop.run()
      #expect(access(path, F_OK) == 0)
      loop.close()
      #expect(access(path, F_OK) != 0)
      withExtendedLifetime(guarded) {}
    }
  }

  @Test("retry closes the socket and reports the end of the list")
  func retry() throws {
    try withLoop { loop in
      let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
      let done = CondVar<Int>(on: loop)
      var calls = 0
      loop.perform {
        tcp_connect("127.0.0.1", listener.address.port) { fh, _, _, retry in
          calls += 1
          if fh != nil { retry() } else { done.send(calls) }
        }
      }
      let count = try done.recv()
      #expect(count == 2)
    }
  }

  @Test("an IPv6 connection, where there is IPv6")
  func ipv6() throws {
    try withLoop { loop in
      guard let listener = try? loop.listen(on: "::1", 0, accept: { close($0.fd) }) else { return }
      let done = CondVar<SocketAddress>(on: loop)
      let guarded = loop.connect(to: "::1", listener.address.port) { result in
        if case .success(let socket) = result {
          close(socket.fd)
          done.send(socket.peer)
        }
      }
      let peer = try done.recv()
      #expect(peer == listener.address)
      withExtendedLifetime(guarded) {}
    }
  }
}
