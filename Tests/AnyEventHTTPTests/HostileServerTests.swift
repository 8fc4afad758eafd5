import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct HostileServerTests {
  /// What a server may do instead of answering, and the status that tells it.
  struct Trouble: CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let bytes: String
    var thenEnds = true

    init(_ name: String, _ status: Int, _ bytes: String, thenEnds: Bool = true) {
      testDescription = name
      self.status = status
      self.bytes = bytes
      self.thenEnds = thenEnds
    }
  }

  @Test(arguments: [
    Trouble("nothing", 596, ""),
    Trouble("half a status line", 596, "HTTP/1."),
    Trouble("headers without an end", 596, "HTTP/1.1 200 OK\r\nX: y\r\n"),
    Trouble("an interim response only", 596, "HTTP/1.1 100 Continue\r\n\r\n"),
    Trouble("garbage", 596, "\u{0}\u{1}\u{2}nonsense\r\n\r\n", thenEnds: false),
    Trouble("another protocol", 596, "SSH-2.0-OpenSSH_9.2\r\n", thenEnds: false),
    Trouble("a short body", 597, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
    Trouble("half a chunk", 597, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nx"),
    Trouble(
      "a broken chunk", 597, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx",
      thenEnds: false),
    Trouble(
      "no number as length", 596, "HTTP/1.1 200 OK\r\nContent-Length: x1\r\n\r\n"
    ),
  ]) func whatIsNoResponseIsAnErrorOfItsPhase(trouble: Trouble) throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write(trouble.bytes)
        if trouble.thenEnds { handle.push_shutdown() }
      }
      let got = try loop.outcome { http_get(server.url(), persistent: false, $0) }
      #expect(got.body == nil)
      #expect(got.hdr.status == trouble.status, "\(got.hdr.reason)")
      #expect(!got.hdr.reason.isEmpty)
      #expect(got.hdr.url == server.url())
      #expect(got.hdr["OrigStatus"] == (trouble.status == 597 ? "200" : nil))
      #expect(got.hdr["OrigReason"] == (trouble.status == 597 ? "OK" : nil))
    }
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
  func aResetIsAnError(before: String) throws {
    try withLoop { loop in
      var server: TestServer?
      server = try TestServer(on: loop) { _, handle in
        handle.push_write(before)
        server?.reset(handle)
      }
      let url = try #require(server).url()
      let got = try loop.outcome { http_get(url, persistent: false, $0) }
      #expect(got.body == nil)
      #expect((596...597).contains(got.hdr.status))
      server = nil
    }
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n"])
  func endlessHeadersEndTheRequest(start: String) throws {
    try withLoop { loop in
      let piece =
        start.hasSuffix("\r\n\r\n") ? start : "X-Flood: \(String(repeating: "x", count: 990))\r\n"
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write(start)
        handle.on_drain = { $0.push_write(String(repeating: piece, count: 20)) }
      }
      let got = try loop.outcome { http_get(server.url(), $0) }
      #expect(got.hdr.status == 596)
      #expect(got.hdr.reason.contains("headers have more than"))
      loop.run(until: { server.handles.isEmpty })
    }
  }

  @Test func anEndlessBodyEndsAtTheLimit() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/1.1 200 OK\r\n\r\n")
        handle.on_drain = { $0.push_write(String(repeating: "x", count: 10000)) }
      }
      let got = try loop.outcome { http_get(server.url(), max_body: 100_000, $0) }
      #expect(got.hdr.status == 597)
      #expect(got.hdr.originalStatus == 200)
      #expect(got.body == nil)
      loop.run(until: { server.handles.isEmpty })
    }
  }

  @Test func aResponseOfTheGreatestSizeIsWhole() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok(String(repeating: "x", count: 1000)))
      let got = try loop.outcome { http_get(server.url(), max_body: 1000, $0) }
      #expect(got.body?.count == 1000)
    }
  }

  @Test func aReasonIsOnePrintableLine() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/9.9 \u{1b}[31m\r\n\r\n")
        handle.push_shutdown()
      }
      let got = try loop.outcome { http_get(server.url(), persistent: false, $0) }
      #expect(got.hdr.status >= 590)
      #expect(got.hdr.reason.utf8.allSatisfy { $0 >= 0x20 })
    }
  }

  @Test func whatNobodyListensToIsRefused() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok(""))
      let url = server.url()
      server.stopListening()
      let got = try loop.outcome { http_get(url, $0) }
      #expect(got.hdr.status == 595)
      #expect(got.hdr.reason == "Connection refused")
      #expect(got.body == nil)
    }
  }

  @Test func aNameThatNobodyKnowsIsNoConnection() throws {
    try withLoop { loop in
      // Nobody answers there.
      loop.resolver.servers = ["127.0.0.1:1"]
      loop.resolver.timeLimit = 0.2
      let got = try loop.outcome { http_get("http://nobody.invalid/", $0) }
      #expect(got.hdr.status == 595)
      #expect(got.hdr.reason.hasPrefix("cannot resolve \"nobody.invalid\""))
    }
  }

  @Test(arguments: [
    "", "nonsense", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://a b/",
    "http://127.0.0.1/a b", "//127.0.0.1/", "/path", "http://127.0.0.1/\r\nX: y",
    "http://127.0.0.1/\u{0}",
  ]) func whatIsNoURLIsAnError(url: String) throws {
    try withLoop { loop in
      let got = try loop.outcome { http_get(url, $0) }
      #expect(got.hdr.status == 599)
      #expect(got.hdr.url == url)
      #expect(got.body == nil)
    }
  }

  @Test func whatWouldSmuggleARequestIsRefused() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok(""))
      for headers: HTTPFields in [["X": "a\r\nY: b"], ["X\r\nY": "b"], ["": "x"], ["X": "\u{0}"]] {
        let got = try loop.outcome { http_get(server.url(), headers: headers, $0) }
        #expect(got.hdr.status == 599)
      }
      let got = try loop.outcome { http_request("GET / HTTP/1.1\r\nX:", server.url(), $0) }
      #expect(got.hdr.status == 599)
      var settings = HTTPSettings()
      settings.userAgent = "x\r\nY: b"
      let client = HTTPClient(on: loop, settings)
      var status = 0
      client.send(HTTPRequest(server.url())) { status = $0.status }
      loop.run(until: { status > 0 })
      #expect(status == 599)
      #expect(server.connections == 0)
    }
  }
}
