import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("AnyEvent::Socket's functions for addresses")
struct AddressFunctionTests {
  /// What Perl's functions return, in hexadecimal digits: of `parse_ipv4`, `parse_ipv6` and `parse_address`.
  private static let parsed: [(text: String, four: String?, six: String?, any: String?)] = [
    ("10.0.0.1", "0a000001", "00000000000000000000ffff0a000001", "0a000001"),
    ("10.1", "0a000001", "00000000000000000000ffff0a000001", "0a000001"),
    ("0x12345678", "12345678", "00000000000000000000ffff12345678", "12345678"),
    ("0377.0377.0377.0377", "ffffffff", "00000000000000000000ffffffffffff", "ffffffff"),
    ("10.0x020304", "0a020304", "00000000000000000000ffff0a020304", "0a020304"),
    ("0", "00000000", "00000000000000000000ffff00000000", "00000000"),
    ("4294967295", "ffffffff", "00000000000000000000ffffffffffff", "ffffffff"),
    ("192.89.98.1", "c0596201", "00000000000000000000ffffc0596201", "c0596201"),
    ("::", nil, "00000000000000000000000000000000", "00000000000000000000000000000000"),
    ("::1", nil, "00000000000000000000000000000001", "00000000000000000000000000000001"),
    (
      "2002:5345::10.0.0.1", nil, "2002534500000000000000000a000001",
      "2002534500000000000000000a000001"
    ),
    ("::ffff:1.2.3.4", nil, "00000000000000000000ffff01020304", "01020304"),
    (
      "1:2:3:4:5:6:7:8", nil, "00010002000300040005000600070008",
      "00010002000300040005000600070008"
    ),
    ("unix/", nil, nil, "0100"),
    ("fe80::1%lo", nil, nil, nil), ("12345::", nil, nil, nil), ("::1::", nil, nil, nil),
    ("1.2.3.4.5", nil, nil, nil), ("256.1.1.1", nil, nil, nil), ("1.2.3.256", nil, nil, nil),
    ("08", nil, nil, nil), ("1.", nil, nil, nil), (".1", nil, nil, nil),
    ("4294967296", nil, nil, nil), ("a::b::c", nil, nil, nil), ("1.2.3.4:80", nil, nil, nil),
    ("", nil, nil, nil), (" 1.2.3.4", nil, nil, nil), ("1.2.3.4 ", nil, nil, nil),
    ("1.2.3.4\0", nil, nil, nil), ("::1\0", nil, nil, nil), ("name", nil, nil, nil),
    ("::1.2.3.256", nil, nil, nil), (":1.2.3.4", nil, nil, nil),
  ]

  @Test("numeric addresses are read as Perl reads them", arguments: parsed)
  func parse(_ text: String, _ four: String?, _ six: String?, _ any: String?) {
    #expect(parse_ipv4(text).map(hex) == four)
    #expect(parse_ipv6(text).map(hex) == six)
    #expect(parse_address(text).map(hex) == any)
    #expect(AnyEvent.aton(text) == parse_address(text))
  }

  @Test("an IPv4 address at the end of an IPv6 one may have any form of IPv4")
  func mixedForms() {
    #expect(parse_ipv6("::ffff:10.1").map(hex) == "00000000000000000000ffff0a000001")
    #expect(parse_address("::ffff:10.0x1") == [10, 0, 0, 1])
  }

  private static let formatted: [(bytes: String, own: String?, any: String?)] = [
    ("01020304", "1.2.3.4", "1.2.3.4"),
    ("00000000000000000000000000000000", "::", "::"),
    ("00000000000000000000000000000001", "::1", "::1"),
    ("0000000000000000000000000a000001", "::10.0.0.1", "::10.0.0.1"),
    ("00000000000000000000ffff01020304", "::ffff:1.2.3.4", "1.2.3.4"),
    ("2002534500000000000000000a000001", "2002:5345::a00:1", "2002:5345::a00:1"),
    ("20010db8000000000001000000000001", "2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
    ("20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("0100", nil, "unix/"), ("", nil, nil), ("010203", nil, nil), ("0102030405", nil, nil),
  ]

  @Test("addresses are written as Perl writes them", arguments: formatted)
  func format(_ digits: String, _ own: String?, _ any: String?) {
    let ipn = bytes(digits)
    #expect((format_ipv4(ipn) ?? format_ipv6(ipn)) == own)
    #expect(format_address(ipn) == any)
    #expect(AnyEvent.ntoa(ipn) == any)
  }

  @Test("families, and the token of sockets in the file system")
  func families() {
    #expect(address_family([1, 2, 3, 4]) == AF_INET)
    #expect(address_family([UInt8](repeating: 1, count: 16)) == AF_INET6)
    #expect(parse_unix("unix/").map(address_family) == AF_UNIX)
    #expect(parse_unix("localhost") == nil)
    #expect(address_family([1, 2, 3]) == 0)
  }

  @Test("a protocol has its number and its other names; one that nobody knows has none")
  func protocols() {
    let tcp = getprotobyname("tcp")
    #expect(tcp?.name == "tcp")
    #expect(tcp?.aliases == "TCP")
    #expect(tcp?.proto == 6)
    #expect(getprotobyname("udp")?.proto == 17)
    #expect(getprotobyname("no such protocol") == nil)
    #expect(getprotobyname("tcp\0") == nil)
  }

  @Test("host and port are joined and taken apart with numbers, too")
  func hostPorts() {
    #expect(format_hostport("::1", 80) == "[::1]:80")
    #expect(format_hostport("h", nil) == "h")
    #expect(parse_hostport("localhost", 443)?.service == "443")
  }

  // MARK: - sockaddr

  @Test("a sockaddr is what Perl packs, and is taken apart again")
  func packing() throws {
    let four = try #require(pack_sockaddr(43, [195, 234, 53, 120]))
    #expect(hex(four) == "0200002bc3ea35780000000000000000")
    let six = try #require(pack_sockaddr(43, bytes("00000000000000000000000000000001")))
    #expect(hex(six) == "0a00002b000000000000000000000000000000000000000100000000")
    let token = try #require(parse_unix("unix/"))
    let unix = try #require(pack_sockaddr("/tmp/x", token))
    #expect(unix.count == 110)
    for (sockaddr, service, host) in [
      (four, "43", "195.234.53.120"), (six, "43", "::1"), (unix, "/tmp/x", "unix/"),
    ] {
      let parts = try #require(unpack_sockaddr(sockaddr))
      #expect(parts.service == service)
      #expect(format_address(parts.host) == host)
      let address = try #require(SocketAddress(packed: sockaddr))
      #expect(address.packed == sockaddr)
    }
  }

  @Test("what does not fit into a sockaddr, or is none, is nil")
  func badPacking() {
    #expect(pack_sockaddr(70_000, [1, 2, 3, 4]) == nil)
    #expect(pack_sockaddr(-1, [1, 2, 3, 4]) == nil)
    #expect(pack_sockaddr("smtp", [1, 2, 3, 4]) == nil)
    #expect(pack_sockaddr(1, [1, 2, 3]) == nil)
    #expect(pack_sockaddr(String(repeating: "x", count: 108), [1, 0]) == nil)
    #expect(unpack_sockaddr([]) == nil)
    #expect(unpack_sockaddr([2]) == nil)
    #expect(unpack_sockaddr([2, 0, 0, 1, 2, 3]) == nil)
    #expect(unpack_sockaddr([10, 0] + [UInt8](repeating: 0, count: 20)) == nil)
    #expect(unpack_sockaddr([99, 0] + [UInt8](repeating: 0, count: 14)) == nil)
    #expect(unpack_sockaddr([UInt8](repeating: 2, count: 1000)) == nil)
  }

  @Test("a socket tells both its addresses")
  func names() throws {
    try withLoop { loop in
      try loop.perform {
        let done = AE.cv(CInt.self)
        let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
        tcp_connect("127.0.0.1", listener.address.port) { fh in done.send(fh ?? -1) }
        let fh = try done.recv()
        defer { close(fh) }
        let peer = try #require(getpeername(fh).flatMap(unpack_sockaddr))
        #expect(peer == (String(listener.address.port), [127, 0, 0, 1]))
        #expect(getsockname(fh).flatMap(unpack_sockaddr)?.host == [127, 0, 0, 1])
        #expect(SocketAddress.peer(of: fh) == listener.address)
        #expect(getpeername(-1) == nil)
        #expect(errno == EBADF)
      }
    }
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

private func bytes(_ digits: String) -> [UInt8] {
  stride(from: 0, to: digits.utf8.count, by: 2).compactMap {
    UInt8(digits.dropFirst($0).prefix(2), radix: 16)
  }
}
