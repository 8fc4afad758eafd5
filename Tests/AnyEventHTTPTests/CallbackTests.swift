import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct CallbackTests {
  @Test func onHeaderEndsARequest() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("text", "Content-Type: image/x\r\n"))
      var bodies = 0
      let got = try loop.outcome {
        http_get(
          server.url(), on_header: { $0["content-type"] == "text/html" },
          on_body: { _, _ in
            bodies += 1
            return true
          }, $0)
      }
      #expect(got.body == nil)
      #expect(got.hdr.status == 598)
      #expect(got.hdr.originalStatus == 200)
      #expect(got.hdr["content-type"] == "image/x")
      #expect(bodies == 0)
    }
  }

  @Test func onBodyGetsPiecesAndEndsARequest() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/1.1 200 OK\r\n\r\n")
        handle.on_drain = { $0.push_write(String(repeating: "x", count: 1000)) }
      }
      var count = 0
      let got = try loop.outcome {
        http_get(
          server.url(),
          on_body: { piece, hdr in
            #expect(hdr.status == 200)
            count += piece.count
            return count < 50_000
          }, $0)
      }
      #expect(got.hdr.status == 598)
      #expect(got.body == nil)
      #expect(count >= 50_000)
      loop.run(until: { server.handles.isEmpty })
    }
  }

  /// Where a request may be cancelled.
  enum Place: CaseIterable {
    case before, prepare, header, body
  }

  @Test(arguments: Place.allCases) func aCancelledRequestCallsNothingAnyMore(place: Place) throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/1.1 200 OK\r\n\r\npiece")
      }
      var calls: [Place] = []
      var guarded: Guard?
      func reached(_ here: Place) -> Bool {
        calls.append(here)
        if here == place { guarded = nil }
        return true
      }
      loop.perform {
        guarded = http_get(
          server.url(),
          on_prepare: { _ in
            _ = reached(.prepare)
            return 0
          },
          on_header: { _ in reached(.header) }, on_body: { _, _ in reached(.body) }
        ) { _, _ in Issue.record("a cancelled request has ended") }
      }
      if place == .before { guarded = nil }
      // Another one shows that time has passed.
      _ = try loop.outcome { http_get(server.url(), timeout: 0.2, $0) }
      #expect(calls.last == (place == .before ? nil : place))
      #expect(guarded == nil)
      loop.run(until: { server.handles.isEmpty })
    }
  }

  @Test func callbacksMayStartAndCancelOthers() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      var ended = 0
      var others: [Guard?] = []
      func more(_ depth: Int) {
        guard depth > 0 else { return }
        others.append(
          http_get(server.url()) { _, _ in Issue.record("a cancelled request has ended") })
        http_get(
          server.url(),
          on_prepare: { _ in
            others.removeAll()
            more(0)
            return 0
          },
          on_header: { _ in
            others.removeAll()
            return true
          }
        ) { _, hdr in
          #expect(hdr.status == 200)
          ended += 1
          others.removeAll()
          more(depth - 1)
        }
      }
      loop.perform { more(20) }
      loop.run(until: { ended == 20 })
    }
  }

  @Test(arguments: Place.allCases) func aLoopMayBeClosedWhileRequestsRun(place: Place) throws {
    final class Witness {}
    weak var witness: Witness?
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/1.1 200 OK\r\n\r\npiece")
      }
      let held = Witness()
      witness = held
      func reached(_ here: Place) -> Bool {
        if here == place { loop.close() }
        return true
      }
      loop.perform {
        for _ in 0..<3 {
          http_get(
            server.url(),
            on_prepare: { _ in
              _ = reached(.prepare)
              return 0
            },
            on_header: { _ in reached(.header) }, on_body: { _, _ in reached(.body) }
          ) { _, _ in
            withExtendedLifetime(held) {}
            Issue.record("a request has ended on a closed loop")
          }
        }
      }
      if place == .before { loop.close() }
      loop.run(until: { !loop.isOpen })
    }
    #expect(witness == nil, "the callbacks are still held")
  }

  @Test func aLoopMayBeClosedWhileANameOrAConnectionIsAwaited() {
    weak var client: HTTPClient?
    withLoop { loop in
      let own = HTTPClient(on: loop)
      client = own
      loop.resolver.servers = ["127.0.0.1:1"]
      own.send(HTTPRequest("http://nobody.invalid/")) { _ in Issue.record("it was called") }
      var request = HTTPRequest("http://127.0.0.1/")
      request.connect = { _, _, _, _ in nil }
      own.send(request) { _ in Issue.record("it was called") }
      loop.close()
    }
    #expect(client == nil)
  }

  @Test func aRequestOnAClosedLoopCallsNothing() {
    let loop = Loop()
    var own: HTTPClient? = HTTPClient(on: loop)
    weak let client = own
    loop.close()
    own?.send(HTTPRequest("http://127.0.0.1:1/")) { _ in Issue.record("it was called") }
    own?.send(HTTPRequest("nonsense")) { _ in Issue.record("it was called") }
    own = nil
    #expect(client == nil)
  }

  @Test func aClientThatIsClosedEndsItsRequestsAndGoesOn() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        if request.target == "/answer" { handle.push_write(ok("x")) }
      }
      let client = HTTPClient(on: loop)
      let exchange = client.send(HTTPRequest(server.url())) { _ in Issue.record("it has ended") }
      loop.run(until: { server.requests.count == 1 })
      #expect(client.activeConnections == 1)
      client.close()
      #expect(!exchange.isActive)
      loop.run(until: { server.handles.isEmpty })
      var status = 0
      client.send(HTTPRequest(server.url("/answer"))) { status = $0.status }
      loop.run(until: { status == 200 })
    }
  }

  @Test func whatIsSentWhileAClientIsClosedHasAnEnd() throws {
    final class Sender {
      var send: (() -> Void)?
      deinit { send?() }
    }
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        if request.target == "/answer" { handle.push_write(ok("x")) }
      }
      let client = HTTPClient(on: loop)
      var statuses: [Int] = []
      func sendAnother() {
        client.send(HTTPRequest(server.url("/answer"))) { statuses.append($0.status) }
      }
      do {
        let sender = Sender()
        sender.send = sendAnother
        client.send(HTTPRequest(server.url())) { [sender] _ in
          Issue.record("it has ended: \(sender)")
        }
      }
      loop.run(until: { server.requests.count == 1 })
      client.close()
      loop.run(until: { statuses == [200] })
      var request = HTTPRequest(server.url())
      request.persistent = false
      request.onPrepare = { _ in
        client.close()
        sendAnother()
        return 0
      }
      client.send(request) { _ in Issue.record("it has ended") }
      loop.run(until: { statuses == [200, 200] })
    }
  }

  @Test func onPrepareGetsEachNewSocketAndSetsTheTimeOfConnecting() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      var sockets: [CInt] = []
      for _ in 0..<2 {
        _ = try loop.outcome {
          http_get(
            server.url(),
            on_prepare: { fh in
              sockets.append(fh)
              return 15
            }, $0)
        }
      }
      #expect(sockets.count == 1)
      #expect((sockets.first ?? 0) > 2)
    }
  }

  @Test func aConnectionComesFromTheAddressThatIsBound() throws {
    try withLoop { loop in
      var peers: [String] = []
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        peers.append(socket.peer.host)
        Handle(fh: socket.fd, on: loop, on_error: { _, _, _ in }).push_write(ok("x"))
      }
      let url = "http://127.0.0.1:\(listener.address.port)/"
      _ = try loop.outcome { http_get(url, bind: "127.0.0.7", $0) }
      #expect(peers == ["127.0.0.7"])
      for wrong in ["8.8.8.8", "no-such-interface", "localhost"] {
        let got = try loop.outcome { http_get(url, bind: wrong, $0) }
        #expect(got.hdr.status == 595)
      }
    }
  }

  @Test func tcpConnectMakesTheConnection() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("here"))
      var asked: [String] = []
      for _ in 0..<2 {
        let got = try loop.outcome {
          http_get(
            "http://elsewhere.invalid/path",
            tcp_connect: { host, service, connect, prepare in
              asked.append("\(host) \(service.tcpService)")
              let guarded: Guard = tcp_connect(
                "127.0.0.1", server.port, { fh in connect(fh) }, prepare: prepare)
              return guarded
            }, $0)
        }
        #expect(got.body == "here", "\(got.hdr.reason)")
      }
      #expect(asked == ["elsewhere.invalid 80", "elsewhere.invalid 80"])
      #expect(server.requests.first?["host"] == "elsewhere.invalid")
      #expect(server.requests.first?.target == "/path")
    }
  }

  @Test func tcpConnectMayFailAndBeCancelled() throws {
    try withLoop { loop in
      let got = try loop.outcome {
        http_get(
          "http://elsewhere.invalid/",
          tcp_connect: { _, _, connect, prepare in
            let guarded: Guard = tcp_connect(
              "127.0.0.1", 1, { fh in connect(fh) }, prepare: prepare)
            return guarded
          }, $0)
      }
      #expect(got.hdr.status == 595)
      #expect(got.hdr.reason == "Connection refused")
      var isHeld = false
      loop.perform {
        var request: Guard? = http_get(
          "http://elsewhere.invalid/",
          tcp_connect: { _, _, _, _ in
            isHeld = true
            return Guard { isHeld = false }
          }
        ) { _, _ in Issue.record("a cancelled request has ended") }
        #expect(isHeld)
        if request != nil { request = nil }
      }
      #expect(!isHeld)
    }
  }

  @Test func aBodyHandleReadsTheBody() throws {
    try withLoop { loop in
      let size = 3_000_000
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write(ok(String(repeating: "x", count: size)))
      }
      var handle: Handle?
      var count = 0
      var isOver = false
      loop.perform {
        http_get(server.url(), want_body_handle: .yes) { got, hdr in
          #expect(hdr.status == 200)
          handle = got
          got?.on_read = {
            count += $0.rbuf.count
            $0.rbuf.removeAll()
          }
          got?.on_eof = { _ in isOver = true }
        }
      }
      loop.run(until: { isOver })
      #expect(count == size)
      handle?.destroy()
    }
  }

  @Test func aServerWaitsForTheReaderOfABodyHandleAndNoticesItsEnd() throws {
    try withLoop { loop in
      var written = 0
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/1.1 200 OK\r\n\r\n")
        handle.on_drain = {
          $0.push_write(String(repeating: "x", count: 100_000))
          written += 100_000
        }
      }
      var handle: Handle?
      loop.perform {
        http_get(server.url(), want_body_handle: .yes) { got, _ in
          handle = got
          got?.stop_read()
        }
      }
      loop.run(until: { handle != nil })
      var before = -1
      while before != written {
        before = written
        loop.settle()
      }
      #expect(written < 30_000_000)
      #expect(!server.handles.isEmpty)
      handle?.destroy()
      loop.run(until: { server.handles.isEmpty })
    }
  }

  @Test func thereIsNoBodyHandleWithoutABody() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: "HTTP/1.1 204 Nothing\r\n\r\n")
      var statuses: [Int] = []
      func expectNone(_ handle: Handle?, _ hdr: HTTPHeaders) {
        #expect(handle == nil)
        statuses.append(hdr.status)
      }
      loop.perform {
        http_get(server.url(), want_body_handle: .yes, expectNone)
        http_get("nonsense", want_body_handle: .yes, expectNone)
        http_request(
          "GET", server.url(), on_header: { _ in false }, want_body_handle: .yes, expectNone)
      }
      loop.run(until: { statuses.count == 3 })
      #expect(statuses.sorted() == [204, 598, 599])
    }
  }
}
