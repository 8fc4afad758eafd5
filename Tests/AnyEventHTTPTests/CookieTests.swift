import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct CookieTests {
  @Test func cookiesAreKeptAndSentBack() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        let set =
          request.target == "/set"
          ? "Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Max-Age=1000; HttpOnly\r\n" : ""
        handle.push_write(ok("x", set))
      }
      let jar = CookieJar()
      _ = try loop.outcome { http_get(server.url("/set"), cookie_jar: jar, $0) }
      _ = try loop.outcome {
        http_get(server.url("/get"), headers: ["Cookie": "own=1"], cookie_jar: jar, $0)
      }
      let sent = try #require(server.requests.last?["cookie"])
      #expect(Set(sent.split(separator: "; ")) == ["a=1", "b=2"])
      _ = try loop.outcome { http_get(server.url("/none"), $0) }
      #expect(server.requests.last?["cookie"] == nil)

      // What is kept has the documented form, and is read again.
      let kept = jar.value
      #expect(kept["version"].int == 2)
      #expect(kept["127.0.0.1"]["/"]["a"] == ["value": "1"])
      #expect(kept["127.0.0.1"]["/"]["b"]["value"].string == "2")
      #expect((kept["127.0.0.1"]["/"]["b"]["_expires"].double ?? 0) > loop.time + 900)
      let again = CookieJar(kept)
      #expect(again.value == kept)
      _ = try loop.outcome { http_get(server.url("/get"), cookie_jar: again, $0) }
      let sentAgain = try #require(server.requests.last?["cookie"])
      #expect(Set(sentAgain.split(separator: "; ")) == ["a=1", "b=2"])

      cookie_jar_expire(again, true)
      #expect(again.value["127.0.0.1"]["/"].hash?.keys.map { $0 } == ["b"])
      again.removeAll()
      #expect(again.value == ["version": 2])
    }
  }

  @Test func cookiesOfRedirectionsCount() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop) { request, handle in
        handle.push_write(
          request.target == "/"
            ? "HTTP/1.1 302 Found\r\nSet-Cookie: s=1\r\nLocation: /in\r\nContent-Length: 0\r\n\r\n"
            : ok(request["cookie"] ?? "none"))
      }
      let got = try loop.outcome { http_get(server.url(), cookie_jar: CookieJar(), $0) }
      #expect(got.body == "s=1")
    }
  }

  @Test func noServerSetsCookiesForOthersOrForAPublicSuffix() throws {
    try withLoop { loop in
      let server = try TestServer(
        on: loop,
        always: ok(
          "", "Set-Cookie: a=1; Domain=other.example\r\nSet-Cookie: b=1; Domain=co.uk\r\n"))
      let jar = CookieJar()
      let there: HTTPRequest.Connector = { _, _, connect, _ in
        let guarded: Guard = tcp_connect("127.0.0.1", server.port, { fh in connect(fh) })
        return guarded
      }
      _ = try loop.outcome {
        http_get("http://www.shop.co.uk/", cookie_jar: jar, tcp_connect: there, $0)
      }
      #expect(jar.value == ["version": 2])
    }
  }

  @Test func expiredCookiesGoAndAWrongJarIsEmpty() {
    let jar = CookieJar([
      "version": 2,
      "a.example": ["/": ["old": ["value": "x", "_expires": 1000], "new": ["value": "y"]]],
      ".b.example": ["/p": ["s": ["value": "z", "secure": nil, "_expires": 4_000_000_000]]],
      "c.example": ["/": ["evil\tx": ["value": "1"], "line": ["value": "1\nx"]]],
    ])
    jar.expire()
    #expect(
      jar.value == [
        "version": 2, "a.example": ["/": ["new": ["value": "y"]]],
        ".b.example": ["/p": ["s": ["value": "z", "secure": nil, "_expires": 4_000_000_000]]],
      ])
    #expect(CookieJar(["version": 1, "a": ["/": ["b": ["value": "c"]]]]).value == ["version": 2])
    #expect(CookieJar("nonsense").value == ["version": 2])
  }
}
