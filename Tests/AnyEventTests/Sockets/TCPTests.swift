import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("tcp_connect and tcp_server")
struct TCPTests {
  /// Serves one connection on `host`, connects to it, and checks what both ends are told.
  private func exchange(_ host: String, connectTo name: String? = nil) throws {
    try withLoop { loop in
      try loop.perform {
        var port = 0
        var accepted: CInt = -1
        var connected: CInt = -1
        let done = AE.cv()
        done.begin()
        done.begin()
        let server: Guard = try tcp_server(host, 0) { fh, peer, _ in
          accepted = fh
          #expect(peer == host)
          done.end()
        } prepare: { _, boundHost, boundPort in
          #expect(boundHost == host)
          port = boundPort
          return 0
        }
        #expect(port > 0)
        tcp_connect(name ?? host, port) { fh, peer, peerPort in
          connected = fh ?? -1
          #expect(peer == host)
          #expect(peerPort == port)
          done.end()
        }
        #expect(connected == -1)
        try done.recv()
        #expect(accepted >= 0)
        #expect(connected >= 0)
        close(accepted)
        close(connected)
        withExtendedLifetime(server) {}
      }
    }
  }

  @Test("an IPv4 connection") func ipv4() throws { try exchange("127.0.0.1") }

  @Test("a link-local connection by the name of the interface, where there is one")
  func linkLocal() throws {
    // What is connected to an own address does not leave the machine.
    guard let own = SocketAddress.ofInterfaces().first(where: { $0.host.hasPrefix("fe80:") }) else {
      return
    }
    #expect(own.host.contains("%"))
    try exchange(own.host)
  }

  @Test("the kernel is told the zone of an address, to bind and to connect")
  func zones() throws {
    try withLoop { loop in
      // Without a zone it says EINVAL to link-local addresses, and without IPv6 it has no sockets.
      let error = #expect(throws: SocketError.self) {
        try loop.listen(on: "fe80::4040%lo", 0, accept: { close($0.fd) })
      }
      #expect(error?.code == EADDRNOTAVAIL || error?.code == EAFNOSUPPORT)
      let done = CondVar<SocketError?>(on: loop)
      let guarded = loop.connect(to: "fe80::4040%lo", 9, prepare: { _ in 5 }) { result in
        if case .success(let socket) = result { close(socket.fd) }
        done.send(result.failure)
      }
      let failure = try done.recv()
      #expect(failure != nil && failure?.code != EINVAL, "\(String(describing: failure))")
      withExtendedLifetime(guarded) {}
    }
  }

  @Test("an interface that is not there is named in the error, to bind and to connect")
  func noInterface() throws {
    try withLoop { loop in
      let sentence =
        "cannot use \"fe80::1%nosuch0\": this machine has no network interface \"nosuch0\""
      let error = #expect(throws: SocketError.self) {
        try loop.listen(on: "fe80::1%nosuch0", 0, accept: { close($0.fd) })
      }
      #expect(error?.description == sentence)
      let done = CondVar<SocketError?>(on: loop)
      let guarded = loop.connect(to: "fe80::1%nosuch0", 9) { done.send($0.failure) }
      let failure = try done.recv()
      #expect(failure?.description == sentence)
      withExtendedLifetime(guarded) {}
    }
  }

  @Test("a host name is resolved without blocking")
  func name() throws { try exchange("127.0.0.1", connectTo: "localhost") }

  @Test("a connection to a closed port is refused and errno says so")
  func refused() throws {
    try withLoop { loop in
      try withUnusedPort { port in
        let cv = CondVar<CInt>(on: loop)
        loop.perform {
          tcp_connect("127.0.0.1", port) { fh in
            #expect(fh == nil)
            cv.send(errno)
          }
        }
        #expect(!cv.ready)
        let code = try cv.recv()
        #expect(code == ECONNREFUSED)
      }
    }
  }

  @Test("a name that does not exist ends in ENXIO")
  func unknownName() throws {
    try withLoop { loop in
      let cv = CondVar<SocketError>(on: loop)
      let guarded = loop.connect(to: "no-such-host.invalid", 80) { result in
        if case .failure(let error) = result { cv.send(error) }
      }
      let error = try cv.recv()
      #expect(error.code == ENXIO)
      #expect(error.description.contains("no-such-host.invalid"))
      withExtendedLifetime(guarded) {}
    }
  }

  @Test("sockets in the file system are removed when the server ends")
  func unixSockets() throws {
    try withTemporaryDirectory { directory in
      try withLoop { loop in
        try loop.perform {
          let path = directory + "/socket"
          let done = AE.cv()
          done.begin()
          done.begin()
          var server: Guard? = try tcp_server("unix/", path) { fh, host, _ in
            #expect(host == "unix/")
            close(fh)
            done.end()
          }
          tcp_connect("unix/", path) { fh, host, port in
            #expect(host == "unix/")
            #expect(port == 0)
            if let fh { close(fh) }
            done.end()
          }
          try done.recv()
          #expect(access(path, F_OK) == 0)
          #expect(server != nil)
          server = nil
          #expect(access(path, F_OK) != 0)
        }
      }
    }
  }

  @Test("a connection whose guard goes is never reported")
  func cancelled() throws {
    try withLoop { loop in
      let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
      var guarded: Guard? = loop.connect(to: "127.0.0.1", listener.address.port) { _ in
        Issue.record("called after the guard was gone")
      }
      #expect(guarded != nil)
      loop.postpone { guarded = nil }
      let watcher = loop.timer(after: 0.01) { loop.stop() }
      loop.run()
      withExtendedLifetime(watcher) {}
    }
  }

  @Test("a connection that is begun before its loop runs on another thread may be dropped there")
  func droppedElsewhere() {
    final class Held {}
    weak var held: Held?
    let loop = Loop()
    var guarded: Guard?
    do {
      let object = Held()
      held = object
      guarded = loop.connect(to: "127.0.0.1", 1) { [object] _ in
        Issue.record("called after the guard was gone: \(object)")
      }
    }
    #expect(guarded != nil && held != nil)
    onThread {
      loop.postpone { guarded = nil }
      loop.runOnce(waiting: false)
      #expect(held == nil)
      loop.close()
    }
  }

  @Test("an attempt that takes longer than prepare allows fails with ETIMEDOUT")
  func timeout() throws {
    let listener = FullListener()
    let loop = Loop(manualTime: 0)
    var sockets: [CInt] = []
    var errors: [CInt] = []
    let guards = (0..<4).map { _ in
      loop.connect(to: "127.0.0.1", listener.port, prepare: { _ in 5 }) { result in
        switch result {
        case .success(let socket): sockets.append(socket.fd)
        case .failure(let error): errors.append(error.code)
        }
      }
    }
    loop.advance(by: 4.9)
    #expect(errors.isEmpty)
    #expect(sockets.count < 4)
    loop.advance(by: 0.2)
    #expect(sockets.count + errors.count == 4)
    #expect(errors.allSatisfy { $0 == ETIMEDOUT })
    for fd in sockets { close(fd) }
    withExtendedLifetime(guards) {}
    loop.close()
  }

  @Test("binding an address in use throws an error that names it")
  func inUse() throws {
    try withLoop { loop in
      let first = try loop.listen(on: "127.0.0.1", 0) { _ in }
      let error = #expect(throws: SocketError.self) {
        try loop.listen(on: "127.0.0.1", first.address.port) { _ in }
      }
      #expect(error?.code == EADDRINUSE)
      #expect(error?.description.contains("127.0.0.1:\(first.address.port)") == true)
    }
  }

  /// A port on which nobody listens, and which nobody else can get meanwhile.
  private func withUnusedPort(_ body: (Int) throws -> Void) rethrows {
    let fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(bind(fd, $0, length) == 0)
        #expect(getsockname(fd, $0, &length) == 0)
      }
    }
    try body(Int(UInt16(bigEndian: address.sin_port)))
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
