internal import AEValue
internal import CCares
internal import CLibUV
internal import Glibc

/// The address of a socket: IPv4, IPv6 or a path in the file system.
///
/// An IPv6 address that is valid in one network only has a zone, the interface of that network:
/// `"fe80::1%eth0"`.
public struct SocketAddress: Hashable, Sendable {
  enum Kind: Hashable {
    /// The bits in network order.
    case ipv4(UInt32)
    /// The bits in two halves, and the number of the interface, 0 for none.
    case ipv6(UInt64, UInt64, zone: UInt32)
    case unix(String)
  }

  let kind: Kind
  /// The port; 0 for paths.
  public let port: Int

  init(_ kind: Kind, port: Int) {
    self.kind = kind
    self.port = port
  }

  /// An address from a numeric host and a port, without asking any resolver; nil if the host isn't
  /// numeric, or names an interface that this machine does not have now.
  ///
  /// Takes all forms of `inet_aton` (`"127.1"`) and of IPv6 (`"::1"`, without brackets); an IPv4
  /// address written as IPv6 is taken as IPv4. Link-local IPv6 addresses may have a zone, by the name
  /// or the number of the interface (`"fe80::1%eth0"`, `"fe80::1%2"`).
  public init?(ip host: String, port: Int) {
    guard (0...0xFFFF).contains(port), let (kind, zone) = Self.parse(host) else { return nil }
    guard let zone, case .ipv6(let high, let low, _) = kind else {
      self.init(kind, port: port)
      return
    }
    guard let number = Self.interface(zone) else { return nil }
    self.init(.ipv6(high, low, zone: number), port: port)
  }

  /// The address of a socket in the file system.
  ///
  /// Nil if the path is empty or longer than the system allows (107 bytes).
  public init?(path: String) {
    guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
    self.init(.unix(path), port: 0)
  }

  /// The same host and another port.
  package func with(port: UInt16) -> SocketAddress { SocketAddress(kind, port: Int(port)) }

  /// The host in text form, such as `"10.0.0.1"`, `"::1"` or `"fe80::1%eth0"`; `"unix/"` for a path.
  public var host: String {
    switch kind {
    case .unix: "unix/"
    case .ipv4, .ipv6(_, _, zone: 0): number
    case .ipv6(_, _, let zone): "\(number)%\(Self.interfaceName(zone))"
    }
  }

  /// The host in text form without its zone.
  var number: String {
    switch kind {
    case .ipv4(let bits): return withUnsafeBytes(of: bits, Self.text)
    case .ipv6(let high, let low, _):
      if let bits = Self.mapped(high, low) { return withUnsafeBytes(of: bits, Self.text) }
      return withUnsafeBytes(of: (high.bigEndian, low.bigEndian), Self.text)
    case .unix: return "unix/"
    }
  }

  /// The path of a socket in the file system.
  public var path: String? {
    if case .unix(let path) = kind { path } else { nil }
  }

  /// The port in text form, or the path.
  public var service: String { path ?? String(port) }

  /// `AF_INET`, `AF_INET6` or `AF_UNIX`.
  public var family: CInt {
    switch kind {
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    case .unix: AF_UNIX
    }
  }

  /// Whether only this host can reach it: 127.0.0.0/8, also written as IPv6, `::1`, and paths.
  package var isLoopback: Bool {
    switch kind {
    case .ipv4(let bits): Self.isLoopback(bits)
    case .ipv6(0, 1, _): true
    case .ipv6(let high, let low, _): Self.mapped(high, low).map(Self.isLoopback) ?? false
    case .unix: true
    }
  }

  /// Whether other hosts, on other networks as well, can reach an interface that has it.
  ///
  /// For IPv4 these are all but the loopback network, for IPv6 2000::/3 and fc00::/7.
  package var isReachable: Bool {
    switch kind {
    case .ipv4: !isLoopback
    case .ipv6(let high, _, _): high >> 61 == 0b001 || high >> 57 == 0b1111_110
    case .unix: false
    }
  }

  /// Whether IPv4 bits in network order are of 127.0.0.0/8.
  private static func isLoopback(_ bits: UInt32) -> Bool { bits.bigEndian >> 24 == 127 }

  /// The IPv4 address inside an IPv4-mapped IPv6 one, in network order.
  private static func mapped(_ high: UInt64, _ low: UInt64) -> UInt32? {
    guard high == 0, low >> 32 == 0xFFFF else { return nil }
    return UInt32(truncatingIfNeeded: low).bigEndian
  }
}

extension SocketAddress: CustomStringConvertible {
  /// Host and port as `parse_hostport` takes them, such as `"[::1]:4040"`.
  public var description: String { format_hostport(host, service) }
}

// MARK: - Numeric hosts

/// Numeric hosts as text.
extension SocketAddress {
  /// Whether a host is written as a number, so that no resolver is asked for it.
  ///
  /// The interface that its zone names need not be there.
  package static func isNumeric(_ host: String) -> Bool { parse(host) != nil }

  /// The zone of a numeric host if this machine has no such interface now, so that ``init(ip:port:)``
  /// returns nil.
  package static func missingZone(of host: String) -> String? {
    guard let zone = parse(host)?.zone, interface(zone) == nil else { return nil }
    return zone
  }

  /// The IPv6 network of 64 bits that a host is in, such as `"2001:db8::/64"` or `"fe80::%eth0/64"`.
  ///
  /// Nil unless the host is an IPv6 address. The interface that its zone names need not be there.
  package static func network(of host: String) -> String? {
    guard let (kind, zone) = parse(host), case .ipv6(let high, _, _) = kind else { return nil }
    let number = SocketAddress(.ipv6(high, 0, zone: 0), port: 0).number
    return "\(number)\(zone.map { "%\($0)" } ?? "")/64"
  }

  /// The address, without a zone, and the zone as text.
  private static func parse(_ host: String) -> (kind: Kind, zone: String?)? {
    // C would take only the text before a zero byte.
    guard !host.utf8.contains(0) else { return nil }
    guard let mark = host.utf8.firstIndex(of: UInt8(ascii: "%")) else {
      return (parseSix(host) ?? parseFour(host)).map { ($0, nil) }
    }
    let zone = host[host.utf8.index(after: mark)...]
    guard let kind = parseSix(String(host[..<mark])), case .ipv6(let high, _, _) = kind,
      isOfOneNetwork(high), isZone(zone)
    else { return nil }
    return (kind, String(zone))
  }

  private static func parseSix(_ host: String) -> Kind? {
    var bits: (UInt64, UInt64) = (0, 0)
    guard inet_pton(AF_INET6, host, &bits) == 1 else { return nil }
    let (high, low) = (bits.0.bigEndian, bits.1.bigEndian)
    return mapped(high, low).map { .ipv4($0) } ?? .ipv6(high, low, zone: 0)
  }

  static func parseFour(_ host: String) -> Kind? {
    var four = in_addr()
    // inet_aton would ignore the text behind a space.
    let isPlain = host.utf8.allSatisfy {
      $0 == UInt8(ascii: ".") || isxdigit(CInt($0)) != 0 || $0 | 0x20 == 0x78
    }
    guard isPlain, !host.isEmpty, inet_aton(host, &four) != 0 else { return nil }
    return .ipv4(four.s_addr)
  }

  /// Whether an address means another host on each network: fe80::/10, and groups of an interface or
  /// a link.
  private static func isOfOneNetwork(_ high: UInt64) -> Bool {
    high >> 54 == 0xFE80 >> 6 || [0xFF01, 0xFF02].contains(high >> 48 & 0xFF0F)
  }

  /// Whether a text may name an interface: one that Linux allows and that stands in brackets.
  static func isZone(_ zone: Substring) -> Bool {
    (1..<Int(IF_NAMESIZE)).contains(zone.utf8.count) && zone.utf8.allSatisfy(isOfZone)
  }

  /// Whether a byte may be part of a zone.
  static func isOfZone(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != 0x7F && !"/:%#,[]".utf8.contains(byte)
  }

  /// The number of an interface, by its name or the number itself; nil if there is none.
  private static func interface(_ zone: String) -> UInt32? {
    let found = if_nametoindex(zone)
    if found != 0 { return found }
    guard zone.utf8.allSatisfy(\.isDigit),
      let number = UInt32(zone), number != 0
    else { return nil }
    return number
  }

  /// The name of an interface; its number if it is gone.
  private static func interfaceName(_ number: UInt32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { buffer in
      guard let start = buffer.baseAddress, if_indextoname(number, start) != nil else {
        return String(number)
      }
      return String(cString: start)
    }
  }

  /// The text of a host's bytes in network order: four for IPv4, sixteen for IPv6.
  static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
      let family = bytes.count == 4 ? AF_INET : AF_INET6
      guard let address = bytes.baseAddress, let start = buffer.baseAddress,
        inet_ntop(family, address, start, socklen_t(buffer.count)) != nil
      else { return "" }
      return String(cString: start)
    }
  }
}

// MARK: - Errors

/// Why a socket could not be connected, bound or resolved.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The `errno` value; `ENXIO` if a host name could not be resolved, as in Perl.
  public let code: CInt
  /// A sentence without a full stop that names the address: "cannot bind to …: Address already in
  /// use".
  public let description: String

  /// An error with a text of its own.
  public init(code: CInt, _ description: String) {
    self.code = code
    self.description = description
  }

  /// An error whose text is the failed attempt, followed by the system's text for the code.
  init(_ attempt: String, code: CInt) {
    self.init(code: code, "\(attempt): \(SystemCalls.text(for: code))")
  }

  /// A text is too long for the path of a socket, or has a zero byte.
  static func badPath(_ path: String) -> SocketError {
    SocketError("cannot use \"\(path)\" as a socket path", code: ENAMETOOLONG)
  }

  /// A text is neither a port nor the name of a service.
  static func unknownService(_ service: String, code: CInt) -> SocketError {
    SocketError(code: code, "\"\(service)\" is neither a port nor a known service")
  }

  /// A host has a zone that this machine does not have.
  static func noInterface(_ zone: String, _ host: String) -> SocketError {
    SocketError(
      code: ENXIO, "cannot use \"\(host)\": this machine has no network interface \"\(zone)\"")
  }

  /// An error with the system's text for the code.
  package init(_ code: CInt) { self.init(code: code, SystemCalls.text(for: code)) }
}
