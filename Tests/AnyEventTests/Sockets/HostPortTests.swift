import AnyEvent
import Testing

@Suite("Host and port in one text")
struct HostPortTests {
  /// The forms that Perl's manual page of AnyEvent::Socket lists, and their results there.
  @Test(
    "Perl's forms are understood",
    arguments: [
      ("www.linux.org:80", "www.linux.org", "80"),
      ("www.x.de:443", "www.x.de", "443"),
      ("www.x.de:https=443", "www.x.de", "https=443"),
      ("198.182.196.56:1", "198.182.196.56", "1"),
      ("127.1:22", "127.1", "22"),
      ("[::1]:80", "::1", "80"),
      ("[10.0.1]:80", "10.0.1", "80"),
      ("[www.x.org] 17", "www.x.org", "17"),
      ("::1 443", "::1", "443"),
      ("10.0.0.1 smtp", "10.0.0.1", "smtp"),
      ("unix/:/path/to/socket", "unix/", "/path/to/socket"),
      ("/path/to/socket", "unix/", "/path/to/socket"),
      ("localhost:443", "localhost", "443"),
      ("*:4040", "*", "4040"),
      ("fe80::1#80", "fe80::1", "80"),
      ("  10.0.0.1:5  ", "10.0.0.1", "5"),
    ])
  func forms(text: String, host: String, service: String) {
    let result = parse_hostport(text)
    #expect(result?.host == host)
    #expect(result?.service == service)
  }

  @Test(
    "without a port the default is taken",
    arguments: ["localhost", "10.0.0.1", "::1", "affe::1", "[::1]", "[10.0.0.1]", "host ", "unix/"])
  func defaults(text: String) {
    #expect(parse_hostport(text) == nil)
    #expect(parse_hostport(text, "") == nil)
    #expect(parse_hostport(text, "https")?.service == "https")
  }

  @Test(
    "other texts are refused",
    arguments: [
      "", " ", ":80", "[]:80", "[::1", "::1]", "a:b:c", "host:80:90", "host:80 90", "[a:b]:80",
      "host::80",
    ])
  func refused(text: String) {
    #expect(parse_hostport(text, "1") == nil)
  }

  @Test(
    "formatting and parsing are inverse", arguments: ["127.0.0.1", "::1", "name.example", "unix/"])
  func inverse(host: String) {
    let result = parse_hostport(format_hostport(host, "17"))
    #expect(result?.host == host)
    #expect(result?.service == "17")
    #expect(format_hostport(host) == (host.contains(":") ? "[\(host)]" : host))
  }
}

@Suite("Socket addresses")
struct SocketAddressTests {
  @Test(
    "numeric hosts are parsed in all their forms",
    arguments: [
      ("127.0.0.1", "127.0.0.1"), ("10.1", "10.0.0.1"), ("0x12345678", "18.52.86.120"),
      ("0377.0377.0377.0377", "255.255.255.255"), ("0", "0.0.0.0"), ("::1", "::1"), ("::", "::"),
      ("2002:5345::10.0.0.1", "2002:5345::a00:1"), ("::ffff:1.2.3.4", "1.2.3.4"),
    ])
  func numeric(text: String, host: String) {
    let address = SocketAddress(ip: text, port: 4040)
    #expect(address?.host == host)
    #expect(address?.port == 4040)
  }

  @Test(
    "names and broken numbers are not addresses",
    arguments: [
      "", "localhost", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 x", "[::1]", "::1%lo", "1:2", "unix/",
      "+1",
    ])
  func names(text: String) { #expect(SocketAddress(ip: text, port: 1) == nil) }

  @Test("ports are those of TCP, paths those that fit")
  func limits() {
    #expect(SocketAddress(ip: "127.0.0.1", port: 65_536) == nil)
    #expect(SocketAddress(ip: "127.0.0.1", port: -1) == nil)
    #expect(SocketAddress(path: "") == nil)
    #expect(SocketAddress(path: "a\0b") == nil)
    #expect(SocketAddress(path: String(repeating: "x", count: 107)) != nil)
    #expect(SocketAddress(path: String(repeating: "x", count: 108)) == nil)
  }

  @Test("an address describes itself so that it can be parsed again")
  func descriptions() {
    #expect(SocketAddress(ip: "::1", port: 80)?.description == "[::1]:80")
    #expect(SocketAddress(ip: "10.0.0.1", port: 80)?.description == "10.0.0.1:80")
    #expect(SocketAddress(path: "/tmp/x")?.description == "unix/:/tmp/x")
    #expect(SocketAddress(path: "/tmp/x")?.service == "/tmp/x")
  }
}
