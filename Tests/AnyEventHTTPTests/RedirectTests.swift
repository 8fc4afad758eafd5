import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct RedirectTests {
  @Test func redirectionsAreFollowedAndRemembered() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        switch request.target {
        case "/a": handle.push_write(moved(302, to: "b?x=1", "to b"))
        case "/b?x=1": handle.push_write(moved(301, to: "/c d", "to c"))
        default: handle.push_write(ok("end"))
        }
      }
      var seen: [Int] = []
      var pieces: [String] = []
      let got = try loop.outcome {
        http_get(
          server.url("/a"),
          on_header: { hdr in
            seen.append(hdr.status)
            return true
          },
          on_body: { piece, _ in
            pieces.append(piece.text)
            return true
          }, $0)
      }
      #expect(got.body == "")
      #expect(pieces == ["end"])
      #expect(seen == [200])
      #expect(got.hdr.url == server.url("/c%20d"))
      let second = try #require(got.hdr.redirect)
      #expect(second.body == "to c")
      #expect(second.status == 301)
      #expect(second.headers.url == server.url("/b?x=1"))
      let first = try #require(second.headers.redirect)
      #expect(first.body == "to b")
      #expect(first.headers["location"] == server.url("/b?x=1"))
      #expect(first.headers.redirect == nil)
    }
  }

  @Test func ofALongRedirectionTheBeginningIsKeptBesideABodyInPieces() throws {
    try withLoop { loop in
      let long = String(repeating: "x", count: 200_000)
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(request.target == "/" ? moved(302, to: "/next", long) : ok("end"))
      }
      var pieces: [String] = []
      let got = try loop.outcome {
        http_get(
          server.url(),
          on_body: { piece, _ in
            pieces.append(piece.text)
            return true
          }, $0)
      }
      #expect(pieces == ["end"])
      #expect(got.hdr.redirect?.body?.count == 1 << 16)
      let whole = try loop.outcome { http_get(server.url(), $0) }
      #expect(whole.hdr.redirect?.body?.count == long.utf8.count)
    }
  }

  @Test func capitalLettersMakeNoOtherServer() throws {
    try withLoop { loop in
      let names = NameServer(on: loop, ["host.example": .address([127, 0, 0, 1])])
      loop.resolver.servers = [names.place]
      var port = 0
      let server = try TestServer(on: loop) { request, handle in
        let next = moved(302, to: "http://host.example:\(port)/next")
        handle.push_write(request.target == "/" ? next : ok("end"))
      }
      port = server.port
      let got = try loop.outcome {
        http_get("http://HOST.example:\(port)/", headers: ["Authorization": "Bearer s"], $0)
      }
      #expect(got.body == "end")
      #expect(server.requests.map { $0["authorization"] } == ["Bearer s", "Bearer s"])
    }
  }

  @Test(arguments: [0, 1, 3]) func noMoreRedirectionsAreFollowedThanAllowed(count: Int) throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: moved(302, to: "/again", "body"))
      let got = try loop.outcome { http_get(server.url(), recurse: count, $0) }
      #expect(got.hdr.status == 302)
      #expect(got.body == "body")
      #expect(server.requests.count == count + 1)
    }
  }

  @Test(arguments: [301, 302, 303, 307, 308]) func aPostBecomesAGetUnlessTheStatusForbidsIt(
    status: Int
  ) throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(request.target == "/" ? moved(status, to: "/next") : ok("x"))
      }
      _ = try loop.outcome {
        http_post(server.url(), "data", headers: ["Content-Type": "text/x"], $0)
      }
      let next = try #require(server.requests.last)
      #expect(next.method == (status >= 307 ? "POST" : "GET"))
      #expect(next.body == (status >= 307 ? "data" : ""))
      #expect(next["content-type"] == (status >= 307 ? "text/x" : nil))
    }
  }

  @Test func anotherServerGetsNoSecrets() throws {
    try withLoop { loop in
      let other = try TestServer(on: loop, always: ok("other"))
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(
          request.target == "/" ? moved(302, to: "/same") : moved(302, to: other.url("/o")))
      }
      let secrets: HTTPFields = ["Authorization": "Bearer s", "Cookie": "a=b", "X-Kept": "k"]
      let got = try loop.outcome { http_get(server.url(), headers: secrets, $0) }
      #expect(got.body == "other")
      #expect(server.requests.last?["authorization"] == "Bearer s")
      let last = try #require(other.requests.last)
      #expect(last["authorization"] == nil)
      #expect(last["cookie"] == nil)
      #expect(last["x-kept"] == "k")
      #expect(last["host"] == "127.0.0.1:\(other.port)")
    }
  }

  @Test(arguments: ["ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "http://[::"])
  func aRedirectionToWhatIsNoHTTPIsAnError(location: String) throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: moved(302, to: location))
      let got = try loop.outcome { http_get(server.url(), $0) }
      #expect(got.body == nil)
      #expect(got.hdr.status == 599)
      #expect(got.hdr.url == location)
      #expect(got.hdr.redirect?.status == 302)
    }
  }

  @Test func aRedirectionWithoutLocationIsAResponse() throws {
    try withLoop { loop in
      let server = try TestServer(
        on: loop, always: "HTTP/1.1 302 Found\r\nContent-Length: 1\r\n\r\nx")
      let got = try loop.outcome { http_get(server.url(), $0) }
      #expect(got.hdr.status == 302)
      #expect(got.body == "x")
    }
  }
}
