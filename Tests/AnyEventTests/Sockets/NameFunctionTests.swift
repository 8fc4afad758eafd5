import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("inet_aton, resolve_sockaddr, tcp_bind and tcp_congestion")
struct NameFunctionTests {
  /// Runs `body` on a loop whose resolver asks a name server of the test's.
  private func withNames(_ body: (Loop, NameServer) throws -> Void) throws {
    try withLoop { loop in
      let server = NameServer(
        on: loop,
        ["good.example": .addresses([[127, 0, 0, 9], [127, 0, 0, 8]]), "dead.example": .silence])
      loop.resolver.servers = [server.place]
      try loop.perform { try body(loop, server) }
    }
  }

  @Test("inet_aton gives the addresses of a name in bytes")
  func name() throws {
    try withNames { _, _ in
      let found = AE.cv([[UInt8]].self)
      inet_aton("good.example", found.send)
      #expect(!found.ready)
      let addresses = try found.recv()
      #expect(Set(addresses) == [[127, 0, 0, 9], [127, 0, 0, 8]])
    }
  }

  @Test(
    "inet_aton of a numeric address needs no server, and comes later all the same",
    arguments: ["10.1", "::1", "unix/"])
  func numeric(_ text: String) throws {
    try withNames { _, server in
      let found = AE.cv([[UInt8]].self)
      inet_aton(text, found.send)
      #expect(!found.ready)
      let address = try #require(parse_address(text))
      #expect(try found.recv() == [address])
      #expect(server.asked.isEmpty)
    }
  }

  @Test("inet_aton of a name that does not exist gives none")
  func missing() throws {
    try withNames { _, _ in
      let found = AE.cv([[UInt8]].self)
      inet_aton("bad.example", found.send)
      let addresses = try found.recv()
      #expect(addresses.isEmpty)
    }
  }

  @Test("a loop that closes forgets who asked")
  func closing() {
    let loop = Loop()
    let server = NameServer(on: loop, ["dead.example": .silence])
    loop.resolver.servers = [server.place]
    loop.perform {
      inet_aton("dead.example") { _ in Issue.record("the loop is closed") }
      inet_aton("1.2.3.4") { _ in Issue.record("the loop is closed") }
      resolve_sockaddr("1.2.3.4", 1, nil, nil, nil) { _ in Issue.record("the loop is closed") }
    }
    loop.close()
  }

  private func targets(
    _ node: String, _ service: any TCPService, _ proto: String? = nil, _ family: Int? = nil,
    _ type: CInt? = nil
  ) throws -> [SocketTarget] {
    let found = AE.cv([SocketTarget].self)
    resolve_sockaddr(node, service, proto, family, type, found.send)
    #expect(!found.ready)
    return try found.recv()
  }

  private static let stream = CInt(SOCK_STREAM.rawValue)
  private static let datagram = CInt(SOCK_DGRAM.rawValue)

  @Test("resolve_sockaddr gives what socket and connect need")
  func targetsOfName() throws {
    try withNames { _, _ in
      let found = try targets("good.example", "http")
      #expect(Set(found.map(\.address.description)) == ["127.0.0.9:80", "127.0.0.8:80"])
      for target in found {
        #expect((target.family, target.type, target.proto) == (AF_INET, Self.stream, 6))
        #expect(target.sockaddr == target.address.packed)
      }
    }
  }

  private func service(_ priority: UInt8, _ port: UInt8, _ target: String) -> NameServer.Record {
    NameServer.Record(33, [0, priority, 0, 0, 0, port] + NameServer.wire(target))
  }

  @Test("records of a domain say which hosts and ports offer a service")
  func services() throws {
    try withLoop { loop in
      let server = NameServer(
        on: loop,
        [
          "_http._tcp.some.example": .records([
            service(2, 8, "two.example"), service(1, 9, "one.example"), service(3, 7, "no.example"),
          ]),
          "_own._udp.some.example": .records([service(0, 5, "two.example")]),
          "_smtp._tcp.some.example": .records([service(0, 0, "")]),
          "one.example": .address([127, 0, 0, 1]), "two.example": .address([127, 0, 0, 2]),
          "some.example": .address([127, 0, 0, 3]),
        ])
      loop.resolver.servers = [server.place]
      try loop.perform { () throws in
        func places(_ service: String, _ proto: String? = nil) throws -> [String] {
          try targets("some.example", service, proto).map(\.address.description)
        }
        #expect(try places("http") == ["127.0.0.1:9", "127.0.0.2:8"])
        #expect(try places("own", "udp") == ["127.0.0.2:5"])
        #expect(try places("smtp") == [])
        // A domain without records is a host.
        #expect(try places("ftp") == ["127.0.0.3:21"])
        #expect(try places("mine=77") == ["127.0.0.3:77"])
        #expect(try places("unheard-of") == [])
        let asked = server.asked.count
        #expect(try places("80") == ["127.0.0.3:80"])
        #expect(server.asked[asked...].allSatisfy { $0 == "some.example" })
      }
    }
  }

  @Test("protocol, family and type count, as in Perl")
  func choices() throws {
    try withNames { _, _ in
      let udp = try targets("127.0.0.1", "domain", "udp", 4)
      #expect(udp.map(\.type) == [Self.datagram])
      #expect(udp.map(\.proto) == [17])
      #expect(udp.map(\.address.port) == [53])
      #expect(try targets("127.0.0.1", 53, nil, 6) == [])
      #expect(try targets("::1", 53, "tcp", 6).map(\.family) == [AF_INET6])
      let packets = CInt(SOCK_SEQPACKET.rawValue)
      #expect(try targets("::1", "x=53", "tcp", 0, packets).map(\.type) == [packets])
      let unix = try targets("unix/", "/tmp/y")
      #expect(unix.map { [$0.family, $0.type, $0.proto] } == [[AF_UNIX, Self.stream, 0]])
      #expect(unix.first?.address.path == "/tmp/y")
    }
  }

  @Test("what is not known gives no target, and errno says so")
  func unknown() throws {
    try withNames { loop, _ in
      for (node, service, proto) in [
        ("127.0.0.1", "no such service", nil), ("127.0.0.1", "80", "no such protocol"),
        ("bad.example", "80", nil), ("127.0.0.1", "70000", nil),
      ] {
        var code: CInt?
        resolve_sockaddr(node, service, proto, nil, nil) {
          #expect($0.isEmpty)
          code = errno
        }
        loop.run(until: { code != nil })
        #expect(code == ENXIO)
      }
    }
  }

  @Test("tcp_bind hands over a socket that listens")
  func bind() throws {
    try withLoop { loop in
      try loop.perform {
        var listening: CInt = -1
        var port = 0
        try tcp_bind("127.0.0.1", 0) {
          listening = $0
        } prepare: { _, host, chosen in
          #expect(host == "127.0.0.1")
          port = chosen
          return 5
        }
        #expect(SocketAddress.local(of: listening)?.port == port)
        let done = AE.cv()
        var client: CInt?
        tcp_connect("127.0.0.1", port) { fh in
          client = fh
          done.send()
        }
        try done.recv()
        let server = accept(listening, nil, nil)
        #expect(server >= 0)
        for fd in [server, listening, client ?? -1] { close(fd) }
      }
    }
  }

  @Test("the guard of tcp_bind removes the socket in the file system; without one it stays")
  func bindUnix() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/s"
    var listening: CInt = -1
    var cleaner: Guard? = try tcp_bind("unix/", path) { listening = $0 }
    #expect(try directory.names == ["s"])
    #expect(cleaner != nil)
    cleaner = nil
    #expect(try directory.names == [])
    close(listening)
    try tcp_bind("unix/", path) { close($0) }
    #expect(try directory.names == ["s"])
  }

  @Test("tcp_bind throws what is wrong, and hands over nothing")
  func badBind() throws {
    for host in ["nonsense", "192.0.2.77"] {
      #expect(throws: SocketError.self) {
        try tcp_bind(host, 0) { _ in Issue.record("nothing is bound") }
      }
    }
  }

  @Test("tcp_connect has a guard in the form with retry, too")
  func guardedRetry() throws {
    try withLoop { loop in
      try loop.perform {
        let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
        var attempt: Guard? = tcp_connect("127.0.0.1", listener.address.port) { fh, _, _, retry in
          Issue.record("it was cancelled")
        }
        #expect(attempt != nil)
        attempt = nil
        loop.settle()
      }
    }
  }

  @Test("tcp_congestion and tcp_nodelay set options of TCP sockets, and of no others")
  func options() throws {
    let fh = socket(AF_INET, Self.stream, 0)
    defer { close(fh) }
    #expect(tcp_congestion(fh, "reno"))
    #expect(!tcp_congestion(fh, "no such algorithm"))
    #expect(errno == ENOENT)
    #expect(tcp_nodelay(fh))
    withSocketPair { left, _ in #expect(!tcp_congestion(left, "reno")) }
  }
}
