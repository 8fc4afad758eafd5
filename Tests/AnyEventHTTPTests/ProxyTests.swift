import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

@Suite struct ProxyTests {
  @Test func aProxyGetsTheWholeURL() throws {
    try withLoop { loop in
      let proxy = try TestServer(on: loop, always: ok("by proxy"))
      let got = try loop.outcome {
        http_get(
          "http://elsewhere.invalid:81/path", headers: ["Proxy-Authorization": "Basic eA=="],
          proxy: .http("127.0.0.1", proxy.port), $0)
      }
      #expect(got.body == "by proxy", "\(got.hdr.reason)")
      let request = try #require(proxy.requests.first)
      #expect(request.target == "http://elsewhere.invalid:81/path")
      #expect(request["host"] == "elsewhere.invalid:81")
      #expect(request["proxy-authorization"] == "Basic eA==")
      #expect(request["connection"] == "TE")
    }
  }

  @Test func whatIsForAProxyIsSentToNobodyElse() throws {
    try withLoop { loop in
      let server = try TestServer(on: loop, always: ok(""))
      _ = try loop.outcome {
        http_get(server.url(), headers: ["Proxy-Authorization": "Basic eA=="], proxy: nil, $0)
      }
      #expect(server.requests.first?["proxy-authorization"] == nil)
    }
  }

  @Test func aProxyThatRefusesATunnelIsNoConnection() throws {
    try withLoop { loop in
      let proxy = try TestServer(
        on: loop, always: "HTTP/1.1 403 No\r\nX-Proxy: 1\r\nContent-Length: 0\r\n\r\n")
      var through = HTTPProxy.http("127.0.0.1", proxy.port)
      through.user = "ann"
      through.password = "secret"
      let got = try loop.outcome {
        http_get("https://elsewhere.invalid/", proxy: .through(through), $0)
      }
      #expect(got.hdr.status == 595)
      #expect(got.hdr["x-proxy"] == nil)
      #expect(!got.hdr.reason.contains("secret"))
      #expect(proxy.requests.first?.method == "CONNECT")
      #expect(proxy.requests.first?.target == "elsewhere.invalid:443")
      #expect(proxy.requests.first?["proxy-authorization"] == "Basic YW5uOnNlY3JldA==")
    }
  }

  @Test func aProxyForSOCKSLooksUpTheName() throws {
    try withLoop { loop in
      var asked: [UInt8] = []
      var handles: [Handle] = []
      // Greets without a password, takes the name, and answers in the place of the server.
      let proxy = try loop.listen(on: "127.0.0.1", 0) { socket in
        let handle = Handle(fh: socket.fd, on: loop, on_error: { _, _, _ in })
        handles.append(handle)
        handle.push_read(.chunk(2)) { handle, head in
          handle.push_read(.chunk(Int(head[1]))) { handle, _ in
            handle.push_write([5, 0])
            handle.push_read(.chunk(5)) { handle, head in
              handle.push_read(.chunk(Int(head[4]) + 2)) { handle, rest in
                asked = Array(rest)
                handle.push_write([5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
                handle.push_read(.regex(/\r\n\r\n/)) { handle, _ in
                  handle.push_write(ok("by SOCKS"))
                }
              }
            }
          }
        }
      }
      let got = try loop.outcome {
        http_get(
          "http://elsewhere.invalid/", proxy: .socks5("127.0.0.1", proxy.address.port), $0)
      }
      #expect(got.body == "by SOCKS", "\(got.hdr.reason)")
      #expect(asked == Array("elsewhere.invalid".utf8) + [0, 80])
      for handle in handles { handle.destroy() }
    }
  }

  @Test func theProxyOfTheSettingsIsUsedUnlessNoneIsWanted() throws {
    try withLoop { loop in
      let proxy = try TestServer(on: loop, always: ok("proxy"))
      let server = try TestServer(on: loop, always: ok("server"))
      var settings = HTTPSettings()
      settings.proxy = try HTTPProxy(url: "http://127.0.0.1:\(proxy.port)/")
      let client = HTTPClient(on: loop, settings)
      var bodies: [HTTPBody?] = []
      var request = HTTPRequest(server.url())
      client.send(request) { bodies.append($0.body) }
      loop.run(until: { bodies.count == 1 })
      request.proxy = .direct
      client.send(request) { bodies.append($0.body) }
      loop.run(until: { bodies.count == 2 })
      #expect(bodies == ["proxy", "server"])
    }
  }

  @Test func aProxyIsReadFromItsURLAndShownWithoutItsSecrets() throws {
    let proxy = try HTTPProxy(url: "http://ann:p:w@[::1]:3128/")
    #expect(proxy.host == "::1")
    #expect(proxy.port == 3128)
    #expect(proxy.user == "ann")
    #expect(proxy.password == "p:w")
    #expect(proxy.description == "http://[::1]:3128")
    let encoded = try HTTPProxy(url: "http://a%3Ab:p%40ss:%C3%BC@proxy:81")
    #expect(encoded.user == "a:b")
    #expect(encoded.password == "p@ss:ü")
    #expect(try HTTPProxy(url: "http://proxy.example").port == 3128)
    #expect(try HTTPProxy(url: "socks5://ann@[::1]/").description == "socks5://[::1]:3128")
    for wrong in [
      "", "proxy:3128", "http://:1", "ftp://a:1", "http://a:70000", "http://a:", "http://",
      "http://a%00b@proxy:1",
    ] {
      #expect(throws: HTTPOptionError.self, "\(wrong)") { try HTTPProxy(url: wrong) }
    }
  }
}
