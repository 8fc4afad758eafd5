import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct RequestTests {
  @Test func aGetGivesBodyAndHeaders() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write(ok("hello", "X-One:  1 \r\nx-one: 2\r\nContent-Type: text/plain\r\n"))
      }
      let got = try loop.outcome { http_get(server.url("/a?b=c"), $0) }
      #expect(got.body == "hello")
      #expect(got.hdr.status == 200)
      #expect(got.hdr.isSuccess)
      #expect(got.hdr["Status"] == "200")
      #expect(got.hdr["Reason"] == "OK")
      #expect(got.hdr["HTTPVersion"] == "1.1")
      #expect(got.hdr["URL"] == server.url("/a?b=c"))
      #expect(got.hdr["OrigStatus"] == nil)
      #expect(got.hdr["x-one"] == "1,2")
      #expect(got.hdr["content-type"] == "text/plain")
      #expect(got.hdr.redirect == nil)
      let request = try #require(server.requests.first)
      #expect(request.method == "GET")
      #expect(request.target == "/a?b=c")
      #expect(request["host"] == "127.0.0.1:\(server.port)")
      #expect(request["user-agent"]?.contains("AnyEventHTTP") == true)
      #expect(request["te"] == "trailers")
      #expect(request["referer"] == server.url("/a?b=c"))
      #expect(request["accept"] == nil)
      #expect(request["content-length"] == nil)
    }
  }

  @Test func headersAreSentAsTheyAreGivenAndNotIfNil() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok(""))
      var headers: HTTPFields = ["X-Empty": "", "user-agent": nil, "Referer": nil, "TE": nil]
      headers["x-set"] = "later"
      _ = try loop.outcome { http_get(server.url(), headers: headers, $0) }
      let request = try #require(server.requests.first)
      #expect(request["x-empty"] == "")
      #expect(request["x-set"] == "later")
      for name in ["user-agent", "referer", "te"] { #expect(request[name] == nil) }
      #expect(request["connection"] == "keep-alive")
    }
  }

  @Test func aPostSendsItsBodyAndNoTypeOfItsOwn() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("done"))
      let text = String(repeating: "0123456789", count: 100_000)
      _ = try loop.outcome { http_post(server.url(), text, $0) }
      _ = try loop.outcome { http_post(server.url(), [UInt8](), $0) }
      #expect(server.requests.map(\.method) == ["POST", "POST"])
      #expect(server.requests[0].body == text)
      #expect(server.requests[0]["content-type"] == nil)
      #expect(server.requests[0]["expect"] == nil)
      #expect(server.requests[1]["content-length"] == "0")
      // A POST may not be repeated, so its connection is its own.
      #expect(server.requests[0]["connection"] == "close, TE")
      #expect(server.connections == 2)
    }
  }

  @Test func anyMethodIsSent() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("x"))
      _ = try loop.outcome { http_request("PUT", server.url(), body: "data", $0) }
      _ = try loop.outcome { http_request("DELETE", server.url(), $0) }
      _ = try loop.outcome { http_request("X-ODD", server.url(), body: "odd", $0) }
      #expect(server.requests.map(\.method) == ["PUT", "DELETE", "X-ODD"])
      #expect(server.requests.map(\.body) == ["data", "", "odd"])
      #expect(server.requests.map { $0["content-length"] } == ["4", "0", "3"])
    }
  }

  @Test func methodsMayBeWrittenInSmallLetters() throws {
    try withLoop { loop in
      let server = try TestServer(
        on: loop, always: "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
      let got = try loop.outcome { http_request("head", server.url(), $0) }
      #expect(got.hdr.status == 200 && got.body == "")
      #expect(server.requests.map(\.method) == ["HEAD"])
    }
  }

  @Test func aHeadHasHeadersAndAnEmptyBody() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(
          "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nX-Path: \(request.target)\r\n\r\n")
      }
      for path in ["/1", "/2"] {
        let got = try loop.outcome { http_head(server.url(path), $0) }
        #expect(got.body == "")
        #expect(got.hdr["content-length"] == "5000")
        #expect(got.hdr["x-path"] == path)
      }
      #expect(server.connections == 1)
    }
  }

  @Test func chunksAreJoinedAndTrailersAreHeaders() throws {
    try withLoop { loop in
      let server = try TestServer(
        on: loop,
        always: "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\nX-Trailer: t\r\n\r\n")
      for _ in 0..<2 {
        let got = try loop.outcome { http_get(server.url(), $0) }
        #expect(got.body == "wikipedia")
        #expect(got.hdr["x-trailer"] == "t")
      }
      #expect(server.connections == 1)
    }
  }

  @Test func aBodyWithoutLengthEndsWithTheConnection() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { _, handle in
        handle.push_write("HTTP/1.0 200 OK\r\n\r\nuntil the end")
        handle.push_shutdown()
      }
      let got = try loop.outcome { http_get(server.url(), $0) }
      #expect(got.body == "until the end")
      #expect(got.hdr.httpVersion == "1.0")
    }
  }

  @Test func bytesThatAreNoTextStayAsTheyAre() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(Array("HTTP/1.1 200 OK\r\nX-Latin: ".utf8) + [0xe9])
        handle.push_write(Array("\r\nContent-Length: 3\r\n\r\n".utf8) + [0, 0xff, 0xe9])
      }
      let got = try loop.outcome { http_get(server.url(), $0) }
      #expect(got.body?.bytes == [0, 0xff, 0xe9])
      #expect(got.body?.text == "\0\u{ff}\u{e9}")
      #expect(got.hdr["x-latin"] == "\u{e9}")
    }
  }

  @Test func foldedHeadersAndAnInterimResponseAreUnderstood() throws {
    try withLoop { loop in
      let server = try TestServer(
        on: loop,
        always: "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + ok("x", "X-Long: a\r\n  b\r\n"))
      let got = try loop.outcome { http_get(server.url(), $0) }
      #expect(got.hdr.status == 200)
      #expect(got.hdr["x-early"] == nil)
      #expect(got.hdr["x-long"] == "a b")
    }
  }

  @Test func namesAreLookedUpOnTheLoop() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok("by name"))
      let url = "http://localhost:\(server.port)/"
      for _ in 0..<2 {
        let got = try loop.outcome { http_get(url, $0) }
        #expect(got.body == "by name")
      }
      #expect(server.requests.first?["host"] == "localhost:\(server.port)")
    }
  }

  @Test func userAndPasswordOfTheURLAreSentAsAuthorizationAndNotAsReferer() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok(""))
      _ = try loop.outcome { http_get("http://ann:pw@127.0.0.1:\(server.port)/#part", $0) }
      #expect(server.requests.first?["authorization"] == "Basic YW5uOnB3")
      #expect(server.requests.first?["referer"] == server.url())
    }
  }
}
