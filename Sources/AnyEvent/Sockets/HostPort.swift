internal import CLibUV
internal import Glibc

/// Splits `"host:port"` in all the forms of Perl's AnyEvent into host and service.
///
/// Understands `host:port`, `ip:port`, `ipv6`, `[ip]:port`, `[ip] port`, `ip port`, `unix/:path`
/// and `/path`, where an IPv6 address may have a zone (`[fe80::1%eth0]:port`); without a port the
/// default is taken. Nil if there is neither or the text is none of these. Corresponds to Perl's
/// `AnyEvent::Socket::parse_hostport`.
public func parse_hostport(
  _ string: String, _ defaultService: String? = nil
) -> (host: String, service: String)? {
  if let plain = plainHostPort(string) { return plain }
  if string.hasPrefix("/") { return ("unix/", string) }
  var rest = string.drop(while: \.isWhitespace)
  let host: Substring
  let bare = bareAddress(rest)
  if bare.count(where: { $0 == ":" }) >= 2, SocketAddress.isNumeric(String(bare)) {
    host = bare
    rest = rest.dropFirst(bare.count)
  } else if rest.first == "[" {
    let inside = rest.dropFirst().prefix { $0 != "]" && $0 != "[" }
    rest = rest.dropFirst(inside.count + 1)
    guard rest.first == "]" else { return nil }
    rest = rest.dropFirst()
    host = inside
  } else {
    host = rest.prefix { !"[]: ".contains($0) }
    rest = rest.dropFirst(host.count)
  }
  guard !host.isEmpty else { return nil }
  // Names have no colons.
  if host.contains(":"), !SocketAddress.isNumeric(String(host)) { return nil }
  return service(in: rest, defaultService).map { (String(host), $0) }
}

/// The beginning of the text that may be an address without brackets, with its zone.
private func bareAddress(_ text: Substring) -> Substring {
  let number = text.prefix { $0.isHexDigit || $0 == ":" || $0 == "." }
  let rest = text[number.endIndex...]
  guard rest.first == "%" else { return number }
  let zone = rest.dropFirst().prefix { $0.utf8.allSatisfy(SocketAddress.isOfZone) }
  return text[..<zone.endIndex]
}

/// `host:port` of ASCII letters, digits, `.`, `-` and `_`, as nearly all are: split without looking at
/// characters.
private func plainHostPort(_ string: String) -> (host: String, service: String)? {
  let bytes = string.utf8
  guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
  let host = bytes[..<colon]
  let service = bytes[bytes.index(after: colon)...]
  guard !host.isEmpty, !service.isEmpty, host.allSatisfy(isPlain), service.allSatisfy(isPlain)
  else { return nil }
  return (String(Substring(host)), String(Substring(service)))
}

private func isPlain(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
    true
  default: false
  }
}

/// The service in the text behind the host: a separator and the service, or nothing.
private func service(in rest: Substring, _ defaultService: String?) -> String? {
  guard let separator = rest.first else {
    return defaultService.flatMap { $0.isEmpty ? nil : $0 }
  }
  guard separator == ":" || separator == "#" || separator.isWhitespace else { return nil }
  let service = rest.dropFirst().drop(while: \.isWhitespace).prefix {
    $0 != ":" && !$0.isWhitespace
  }
  if service.isEmpty, rest.allSatisfy(\.isWhitespace) {
    return defaultService.flatMap { $0.isEmpty ? nil : $0 }
  }
  guard !service.isEmpty, rest[service.endIndex...].allSatisfy(\.isWhitespace) else { return nil }
  return String(service)
}

/// The same with the number of the default port.
public func parse_hostport(
  _ string: String, _ defaultPort: Int
) -> (host: String, service: String)? {
  parse_hostport(string, String(defaultPort))
}

/// Joins host and port so that `parse_hostport` can take them apart again.
///
/// Corresponds to Perl's `AnyEvent::Socket::format_hostport`.
public func format_hostport(_ host: String, _ port: String? = nil) -> String {
  let bracketed = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
  guard let port, !port.isEmpty else { return bracketed }
  return "\(bracketed):\(port)"
}

/// The same with the number of the port.
public func format_hostport(_ host: String, _ port: Int) -> String {
  format_hostport(host, String(port))
}

/// A port: its number, or a service name, `"name=port"`, or the path of a socket if the host is
/// `"unix/"`.
public protocol TCPService {
  /// The service in text form.
  var tcpService: String { get }
}

extension Int: TCPService {
  /// The port number in text form.
  public var tcpService: String { String(self) }
}

extension UInt16: TCPService {
  /// The port number in text form.
  public var tcpService: String { String(self) }
}

extension String: TCPService {
  /// The service as it is.
  public var tcpService: String { self }
}

/// The port of a numeric service or of `"name=port"`; nil for a name alone.
func portNumber(_ service: String) -> Int? {
  let digits = service.split(separator: "=", omittingEmptySubsequences: false).last ?? ""
  guard let port = Int(digits), (0...0xFFFF).contains(port) else { return nil }
  return port
}

/// The port of a service, by number or by looking into the system's services database.
func lookUpPort(_ service: String, protocol name: String = "tcp") -> Int? {
  if let port = portNumber(service) { return port }
  var entry = servent()
  var result: UnsafeMutablePointer<servent>?
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
    guard let start = buffer.baseAddress,
      getservbyname_r(service, name, &entry, start, buffer.count, &result) == 0, result != nil
    else { return nil }
    return Int(UInt16(bigEndian: UInt16(truncatingIfNeeded: entry.s_port)))
  }
}
