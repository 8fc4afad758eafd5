import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct ConnectionTests {
  @Test func aConnectionIsKeptForRequestsThatMayBeRepeated() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      for _ in 0..<5 { _ = try loop.outcome { http_get(server.url(), $0) } }
      #expect(server.connections == 1)
      _ = try loop.outcome { http_get(server.url(), persistent: false, $0) }
      _ = try loop.outcome { http_get(server.url(), persistent: false, $0) }
      #expect(server.connections == 3)
      _ = try loop.outcome { http_post(server.url(), "x", persistent: true, $0) }
      #expect(server.connections == 3)
      #expect(server.requests.last?["connection"] == "keep-alive, TE")
    }
  }

  @Test func sessionsDoNotShareConnections() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      for session in ["a", "b", "a", nil, "b", nil] {
        _ = try loop.outcome { http_get(server.url(), sessionid: session, $0) }
      }
      #expect(server.connections == 3)
    }
  }

  @Test func anUnusedConnectionIsClosedAfterAWhile() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      var settings = HTTPSettings()
      settings.idleTimeout = 0.01
      let client = HTTPClient(on: loop, settings)
      for round in 1...2 {
        var status = 0
        client.send(HTTPRequest(server.url())) { status = $0.status }
        loop.run(until: { status == 200 && server.handles.isEmpty })
        #expect(server.connections == round)
      }
    }
  }

  @Test func withoutAnyIdleTimeALoopStillSleepsDuringARequest() throws {
    try withLoop { loop in
      var waiting: Handle?
      let server = try TestServer(on: loop) { _, handle in waiting = handle }
      var settings = HTTPSettings()
      settings.idleTimeout = 0
      let client = HTTPClient(on: loop, settings)
      var status = 0
      client.send(HTTPRequest(server.url())) { status = $0.status }
      loop.run(until: { waiting != nil })
      var isOver = false
      let timer = loop.timer(after: 0.05) { isOver = true }
      var iterations = 0
      loop.run(until: {
        iterations += 1
        return isOver
      })
      #expect(iterations < 50)
      waiting?.push_write(ok("x"))
      loop.run(until: { status == 200 && server.handles.isEmpty })
      withExtendedLifetime(timer) {}
    }
  }

  @Test func aRequestMayBeSentBeforeItsLoopRunsOnAnotherThread() throws {
    let loop = Loop()
    var server: TestServer? = try TestServer(on: loop, always: ok("x"))
    var settings = HTTPSettings()
    settings.idleTimeout = 0.01
    let client = HTTPClient(on: loop, settings)
    var status = 0
    client.send(HTTPRequest(server?.url() ?? "")) { status = $0.status }
    onThread {
      loop.run(until: { status > 0 && server?.handles.isEmpty == true })
      // It belongs to this thread now.
      server = nil
      loop.close()
    }
    #expect(status == 200)
  }

  @Test func aLoopWithoutRequestsEnds() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      let other = Loop()
      defer { other.close() }
      var settings = HTTPSettings()
      settings.idleTimeout = 0.01
      let client = HTTPClient(on: other, settings)
      var status = 0
      client.send(HTTPRequest(server.url())) { response in
        status = response.status
        other.stop()
      }
      while status == 0 {
        other.runOnce(waiting: false)
        loop.runOnce(waiting: false)
      }
      #expect(status == 200)
      // Returns when the connection is closed, because nothing else is left.
      other.run()
    }
  }

  @Test func aRequestThatAKeptConnectionDidNotTakeIsSentAgain() throws {
    try withLoop { loop in
      var server: TestServer?
      server = try TestServer(on: loop) { request, handle in
        handle.push_write(ok(request.target))
        if request.target == "/first" { handle.push_shutdown() }
      }
      let url = try #require(server)
      for path in ["/first", "/second", "/first", "/second"] {
        let got = try loop.outcome { http_get(url.url(path), $0) }
        #expect(got.body?.text == path)
      }
      #expect(url.connections == 3)
      server = nil
    }
  }

  @Test func noMoreConnectionsAreMadeToAHostThanAllowed() throws {
    try withLoop { loop in
      var waiting: [Handle] = []
      let server = try TestServer(on: loop) { _, handle in waiting.append(handle) }
      var settings = HTTPSettings()
      settings.maxConnectionsPerHost = 3
      // Waiting for one's turn is no lack of progress.
      settings.timeout = 60
      let client = HTTPClient(on: loop, settings)
      var ended = 0
      for number in 0..<12 {
        client.send(HTTPRequest(number % 2 == 0 ? "GET" : "POST", server.url())) { response in
          #expect(response.status == 200)
          ended += 1
        }
      }
      while ended < 12 {
        let before = ended
        loop.run(until: { !waiting.isEmpty })
        loop.settle()
        #expect(server.handles.count <= 3)
        waiting.removeFirst().push_write(ok("x"))
        loop.run(until: { ended > before })
      }
      #expect(server.most == 3)
    }
  }

  @Test func moreConnectionsMayBeAllowedInACallback() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, _ in }
      var settings = HTTPSettings()
      settings.maxConnectionsPerHost = 1
      let client = HTTPClient(on: loop, settings)
      var request = HTTPRequest(server.url())
      request.onPrepare = { _ in
        client.settings.maxConnectionsPerHost = 3
        return 0
      }
      for count in 1...3 {
        client.send(request) { _ in }
        loop.run(until: { server.requests.count == count })
      }
      client.close()
    }
  }

  @Test func aSilentServerIsGivenUpAfterTheTimeOut() throws {
    try withLoop(manualTime: 1000) { loop in
      let server = try TestServer(on: loop) { request, handle in
        if request.target == "/body" {
          handle.push_write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
        }
      }
      for (path, status) in [("/", 596), ("/body", 597)] {
        var outcome: HTTPHeaders?
        var headersAreThere = false
        let count = server.requests.count
        loop.perform {
          http_get(
            server.url(path), timeout: 5,
            on_header: { _ in
              headersAreThere = true
              return true
            }, persistent: false
          ) { _, hdr in outcome = hdr }
        }
        loop.run(until: { server.requests.count > count })
        // What has arrived begins the time anew, so it is let through first.
        loop.run(until: { path == "/" || headersAreThere })
        loop.settle()
        loop.advance(by: 4.9)
        #expect(outcome == nil)
        loop.advance(by: 0.2)
        #expect(outcome?.status == status)
        #expect(outcome?.reason == "Connection timed out")
        #expect(outcome?["OrigStatus"] == (status == 597 ? "200" : nil))
        loop.run(until: { server.handles.isEmpty })
      }
    }
  }

  @Test func aConnectionThatDoesNotComeIsGivenUpAfterTheTimeOut() throws {
    withLoop(manualTime: 1000) { loop in
      var outcome: HTTPHeaders?
      var isHeld = false
      loop.perform {
        http_get(
          "http://127.0.0.1/", timeout: 5,
          tcp_connect: { _, _, _, _ in
            isHeld = true
            return Guard { isHeld = false }
          }
        ) { _, hdr in outcome = hdr }
      }
      loop.advance(by: 4.9)
      #expect(outcome == nil)
      #expect(isHeld)
      loop.advance(by: 0.2)
      #expect(outcome?.status == 595)
      #expect(outcome?.reason == "Connection timed out")
      #expect(!isHeld)
    }
  }

  @Test func anAddressThatIsSilentIsGivenUpForTheNext() throws {
    try withLoop(manualTime: 1000) { loop in
      var found: (TestServer, FullListener)?
      // The port of one may be taken at the address of the other.
      for _ in 0..<20 where found == nil {
        let server = try TestServer(on: loop, always: ok("here"))
        if let silent = FullListener(port: server.port) { found = (server, silent) }
      }
      let (server, silent) = try #require(found)
      let names = NameServer(
        on: loop, ["host.example": .addresses([[127, 0, 0, 2], [127, 0, 0, 1]])])
      loop.resolver.servers = [names.place]
      for limit in [0.0, 5] {
        var attempts = 0
        var outcome: HTTPHeaders?
        loop.perform {
          http_get(
            "http://host.example:\(server.port)/", timeout: limit > 0 ? 300 : 5,
            on_prepare: { _ in
              attempts += 1
              return limit
            }, persistent: false
          ) { _, hdr in outcome = hdr }
        }
        loop.run(until: { attempts == 1 })
        loop.settle()
        loop.advance(by: 4.9)
        #expect(attempts == 1 && outcome == nil)
        loop.advance(by: 0.2)
        loop.run(until: { outcome != nil })
        #expect(outcome?.status == 200, "\(outcome?.reason ?? "")")
        #expect(attempts == 2)
      }
      withExtendedLifetime(silent) {}
    }
  }

  @Test func aHostWithoutAnyAddressThatAnswersIsGivenUp() throws {
    try withLoop(manualTime: 1000) { loop in
      var silent: FullListener?
      var port = 0
      for _ in 0..<20 where silent == nil {
        port = try TestServer(on: loop, always: "").port
        silent = FullListener(port: port)
      }
      let names = NameServer(on: loop, ["host.example": .addresses([[127, 0, 0, 2]])])
      loop.resolver.servers = [names.place]
      var attempts = 0
      var outcome: HTTPHeaders?
      loop.perform {
        http_get(
          "http://host.example:\(port)/", timeout: 5,
          on_prepare: { _ in
            attempts += 1
            return 0
          }
        ) { _, hdr in outcome = hdr }
      }
      loop.run(until: { attempts == 1 })
      loop.settle()
      loop.advance(by: 5.1)
      #expect(outcome?.status == 595)
      #expect(outcome?.reason == "Connection timed out")
      #expect(attempts == 1)
      withExtendedLifetime(silent) {}
    }
  }

  @Test func progressBeginsTheTimeOutAnew() throws {
    try withLoop(manualTime: 1000) { loop in
      var connection: Handle?
      let server = try TestServer(on: loop) { _, handle in
        connection = handle
        handle.push_write("HTTP/1.1 200 OK\r\n\r\n")
      }
      var body: HTTPBody?
      var count = 0
      loop.perform {
        http_get(
          server.url(), timeout: 5,
          on_body: { piece, _ in
            count += piece.count
            return true
          }
        ) { got, hdr in
          #expect(hdr.status == 200)
          body = got
        }
      }
      loop.run(until: { connection != nil })
      for round in 1...5 {
        connection?.push_write("x")
        loop.run(until: { count == round })
        loop.advance(by: 4)
      }
      connection?.push_shutdown()
      loop.run(until: { body != nil })
      #expect(body == "")
    }
  }

  @Test func theActiveConnectionsAreCounted() throws {
    try withLoop { loop in
      var waiting: [Handle] = []
      let server = try TestServer(on: loop) { _, handle in waiting.append(handle) }
      var ended = 0
      loop.perform {
        for _ in 0..<2 { http_get(server.url()) { _, _ in ended += 1 } }
      }
      loop.run(until: { waiting.count == 2 })
      #expect(loop.perform { ACTIVE } == 2)
      for handle in waiting { handle.push_write(ok("")) }
      loop.run(until: { ended == 2 })
      #expect(loop.perform { ACTIVE } == 0)
    }
  }

  @Test func manyRequestsOnManyConnectionsEnd() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(ok(request.target))
      }
      var settings = HTTPSettings()
      settings.maxConnectionsPerHost = 50
      let client = HTTPClient(on: loop, settings)
      var ended = 0
      for number in 0..<500 {
        client.send(HTTPRequest(server.url("/\(number)"))) { response in
          #expect(response.body?.text == "/\(number)")
          ended += 1
        }
      }
      loop.run(until: { ended == 500 })
      #expect(server.connections <= 50)
    }
  }
}
