internal import AEValue
internal import Glibc

// AnyEvent::Socket's functions for addresses. Perl has a host's address as a string of 4 or 16 octets; here it is an
// array of bytes. `SocketAddress` calculates with addresses.

/// Stands for sockets in the file system where an address is expected: the number of their family.
private let unixToken = withUnsafeBytes(of: sa_family_t(AF_UNIX), Array.init)

/// The four bytes of a numeric IPv4 address in any of POSIX's forms, or nil.
///
/// Such forms are `"10.0.0.1"`, `"10.1"`, `"0x12345678"` and `"0377.0377.0377.0377"`. Corresponds to Perl's
/// `AnyEvent::Socket::parse_ipv4`.
public func parse_ipv4(_ text: String) -> [UInt8]? { SocketAddress.fourBytes(of: text) }

/// The sixteen bytes of a numeric IPv6 address without a zone, or nil.
///
/// An IPv4 address becomes one that is written as IPv6. Corresponds to Perl's
/// `AnyEvent::Socket::parse_ipv6`.
public func parse_ipv6(_ text: String) -> [UInt8]? { SocketAddress.sixBytes(of: text) }

/// The token for sockets in the file system if the host is `"unix/"`, else nil.
///
/// Corresponds to Perl's `AnyEvent::Socket::parse_unix`.
public func parse_unix(_ host: String) -> [UInt8]? { host == "unix/" ? unixToken : nil }

/// The bytes of a numeric address: four for IPv4, also when it is written as IPv6, else sixteen.
///
/// `"unix/"` gives a token that the other functions know. Nil for everything else, such as names.
/// Corresponds to Perl's `AnyEvent::Socket::parse_address`.
public func parse_address(_ text: String) -> [UInt8]? {
  if let token = parse_unix(text) { return token }
  if let four = parse_ipv4(text) { return four }
  guard let six = parse_ipv6(text) else { return nil }
  return mapped(six) ?? six
}

/// `parse_address` under another name: written `AnyEvent.aton`, as Perl's `AnyEvent::Socket::aton`.
public func aton(_ text: String) -> [UInt8]? { parse_address(text) }

/// The IPv4 address in an IPv6 one that only wraps it.
private func mapped(_ six: [UInt8]) -> [UInt8]? {
  six.count == 16 && six[..<10].allSatisfy { $0 == 0 } && six[10..<12].allSatisfy { $0 == 0xFF }
    ? Array(six[12...]) : nil
}

/// The text of an IPv4 address of four bytes, or nil.
///
/// Corresponds to Perl's `AnyEvent::Socket::format_ipv4`.
public func format_ipv4(_ ipn: [UInt8]) -> String? { ipn.count == 4 ? text(ipn, AF_INET) : nil }

/// The text of an IPv6 address of sixteen bytes, or nil.
///
/// Corresponds to Perl's `AnyEvent::Socket::format_ipv6`.
public func format_ipv6(_ ipn: [UInt8]) -> String? { ipn.count == 16 ? text(ipn, AF_INET6) : nil }

/// The text of an address of four or sixteen bytes, `"unix/"` for its token, nil for everything else.
///
/// Of an IPv4 address that is written as IPv6, only that. Corresponds to Perl's
/// `AnyEvent::Socket::format_address`.
public func format_address(_ ipn: [UInt8]) -> String? {
  if ipn == unixToken { return "unix/" }
  return format_ipv4(mapped(ipn) ?? ipn) ?? format_ipv6(ipn)
}

/// `format_address` under another name: written `AnyEvent.ntoa`, as Perl's `AnyEvent::Socket::ntoa`.
public func ntoa(_ ipn: [UInt8]) -> String? { format_address(ipn) }

private func text(_ ipn: [UInt8], _ family: CInt) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
    guard let start = buffer.baseAddress,
      inet_ntop(family, ipn, start, socklen_t(buffer.count)) != nil
    else { return nil }
    return String(cString: start)
  }
}

/// The family of an address in bytes: `AF_INET`, `AF_INET6`, or, for the token of `"unix/"`, `AF_UNIX`.
///
/// 0 for everything else. Corresponds to Perl's `AnyEvent::Socket::address_family`.
public func address_family(_ ipn: [UInt8]) -> CInt {
  switch ipn.count {
  case 4: AF_INET
  case 16: AF_INET6
  default: ipn == unixToken ? AF_UNIX : 0
  }
}

/// Protocols that are known where `/etc/protocols` is missing, as it is in many containers.
private let knownProtocols: TextDictionary<Int> = ["tcp": 6, "udp": 17, "icmp": 1, "sctp": 132]

/// The name, the other names and the number of a protocol such as `"tcp"`, or nil.
///
/// Corresponds to Perl's `getprotobyname`.
public func getprotobyname(_ name: String) -> (name: String, aliases: String, proto: Int)? {
  let name = name.lowercased()
  if let number = knownProtocols[name] { return (name, name.uppercased(), number) }
  guard !name.utf8.contains(0) else { return nil }
  var entry = protoent()
  var found: UnsafeMutablePointer<protoent>?
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
    guard let start = buffer.baseAddress,
      getprotobyname_r(name, &entry, start, buffer.count, &found) == 0, let found,
      let official = found.pointee.p_name
    else { return nil }
    var aliases: [String] = []
    var next = found.pointee.p_aliases
    while let alias = next?.pointee {
      aliases.append(String(cString: alias))
      next = next?.successor()
    }
    return (
      String(cString: official), aliases.joined(separator: " "), Int(found.pointee.p_proto)
    )
  }
}

/// The `sockaddr` of a port, or a path, and an address in bytes; nil if they do not fit.
///
/// `host` is what `parse_address` returns. Corresponds to Perl's `AnyEvent::Socket::pack_sockaddr`.
public func pack_sockaddr(_ service: any TCPService, _ host: [UInt8]) -> [UInt8]? {
  if host == unixToken { return SocketAddress(path: service.tcpService)?.packed }
  guard let port = portNumber(service.tcpService) else { return nil }
  return SocketAddress(bytes: host, port: port)?.packed
}

/// The port, or the path, and the address in bytes of a `sockaddr`; nil if it is none that is known.
///
/// `SocketAddress(packed:)` has the port as a number. Corresponds to Perl's
/// `AnyEvent::Socket::unpack_sockaddr`.
public func unpack_sockaddr(_ sockaddr: [UInt8]) -> (service: String, host: [UInt8])? {
  guard let address = SocketAddress(packed: sockaddr) else { return nil }
  return (address.service, address.path == nil ? address.bytes : unixToken)
}

/// The `sockaddr` of the other end of a socket; nil with `errno` set if it has none.
///
/// Corresponds to Perl's builtin `getpeername`.
public func getpeername(_ fh: CInt) -> [UInt8]? { SocketAddress.peer(of: fh)?.packed }

/// The `sockaddr` of a socket itself; nil with `errno` set if it has none.
///
/// Corresponds to Perl's builtin `getsockname`.
public func getsockname(_ fh: CInt) -> [UInt8]? { SocketAddress.local(of: fh)?.packed }
