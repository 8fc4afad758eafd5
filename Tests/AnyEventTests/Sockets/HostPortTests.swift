import AnyEvent
import Glibc
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
      ("[fe80::1%eth0]:80", "fe80::1%eth0", "80"),
      ("[fe80::1%2] 80", "fe80::1%2", "80"),
      ("fe80::1%eth0 80", "fe80::1%eth0", "80"),
      ("fe80::1%eth0.7#80", "fe80::1%eth0.7", "80"),
      ("fe80::1%br-lan:80", "fe80::1%br-lan", "80"),
    ])
  func forms(text: String, host: String, service: String) {
    let result = parse_hostport(text)
    #expect(result?.host == host)
    #expect(result?.service == service)
  }

  @Test(
    "without a port the default is taken",
    arguments: [
      "localhost", "10.0.0.1", "::1", "affe::1", "[::1]", "[10.0.0.1]", "host ", "unix/",
      "fe80::1%eth0", "[fe80::1%eth0]",
    ])
  func defaults(text: String) {
    #expect(parse_hostport(text) == nil)
    #expect(parse_hostport(text, "") == nil)
    #expect(parse_hostport(text, "https")?.service == "https")
  }

  @Test(
    "other texts are refused",
    arguments: [
      "", " ", ":80", "[]:80", "[::1", "::1]", "a:b:c", "host:80:90", "host:80 90", "[a:b]:80",
      "host::80", "[fe80::1%]:80", "[2001:db8::1%eth0]:80", "[fe80::1%a%b]:80", "[fe80::1%a/b]:80",
      "fe80::1%a b c",
    ])
  func refused(text: String) {
    #expect(parse_hostport(text, "1") == nil)
  }

  @Test(
    "formatting and parsing are inverse",
    arguments: ["127.0.0.1", "::1", "name.example", "unix/", "fe80::1%eth0", "ff02::1%3"])
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

  @Test("an address without a zone ends with its text, and not at a zero byte")
  func zeroByte() { #expect(SocketAddress(ip: "::1\0", port: 1) == nil) }

  @Test("a link-local address may name its interface, or number it")
  func zones() throws {
    let number = if_nametoindex("lo")
    let named = try #require(SocketAddress(ip: "fe80::1%lo", port: 4040))
    #expect(named == SocketAddress(ip: "fe80::1%\(number)", port: 4040))
    #expect(named != SocketAddress(ip: "fe80::1", port: 4040))
    #expect(named.host == "fe80::1%lo" && named.description == "[fe80::1%lo]:4040")
    #expect(SocketAddress(ip: "ff02::1%lo", port: 1)?.host == "ff02::1%lo")
    // No interface has this number: it stays one.
    #expect(SocketAddress(ip: "fe80::1%4294967295", port: 1)?.host == "fe80::1%4294967295")
    for text in [
      "fe80::1%nosuch0", "fe80::1%", "fe80::1%0", "fe80::1%4294967296", "fe80::1%-1",
      "2001:db8::1%lo", "127.0.0.1%lo", "::ffff:1.2.3.4%lo", "fe80::1%%lo", "fe80::1%l o",
      "fe80::1%aaaaaaaaaaaaaaaa", "%lo", "lo%lo",
    ] {
      #expect(SocketAddress(ip: text, port: 1) == nil, "\(text)")
    }
    #expect(SocketAddress.isNumeric("fe80::1%nosuch0"))
    #expect(!SocketAddress.isNumeric("2001:db8::1%lo"))
  }

  @Test("what other hosts can reach is told apart from what only this one can")
  func reach() {
    func address(_ text: String) -> SocketAddress? { SocketAddress(ip: text, port: 0) }
    for text in ["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"] {
      #expect(address(text)?.isLoopback == true && address(text)?.isReachable == false, "\(text)")
    }
    for text in ["10.0.0.1", "0.0.0.0", "2001:db8::1", "3fff::1", "fc00::1", "fd00::1"] {
      #expect(address(text)?.isLoopback == false && address(text)?.isReachable == true, "\(text)")
    }
    for text in ["fe80::1", "fe80::1%lo", "::", "::2", "4000::1", "fec0::1", "ff02::1"] {
      #expect(address(text)?.isLoopback == false && address(text)?.isReachable == false, "\(text)")
    }
  }

  @Test("the network of an IPv6 address has 64 bits and the zone")
  func networks() {
    #expect(SocketAddress.network(of: "2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64")
    #expect(SocketAddress.network(of: "fe80::1%nosuch0") == "fe80::%nosuch0/64")
    for text in ["10.0.0.1", "::ffff:10.0.0.1", "host", ""] {
      #expect(SocketAddress.network(of: text) == nil)
    }
  }

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
