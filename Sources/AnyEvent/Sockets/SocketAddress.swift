internal import CCares
internal import CLibUV
internal import Glibc

/// The address of a socket: IPv4, IPv6 or a path in the file system.
public struct SocketAddress: Hashable, Sendable {
  enum Kind: Hashable {
    case ipv4(UInt32)
    case ipv6([UInt8], scope: UInt32)
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
  /// numeric.
  ///
  /// Takes all forms of `inet_aton` (`"127.1"`) and of IPv6 (`"::1"`, without brackets); an IPv4
  /// address written as IPv6 is taken as IPv4.
  public init?(ip host: String, port: Int) {
    guard (0...0xFFFF).contains(port), let kind = Self.parse(host) else { return nil }
    self.init(kind, port: port)
  }

  /// The address of a socket in the file system.
  ///
  /// Nil if the path is empty or longer than the system allows (107 bytes).
  public init?(path: String) {
    guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
    self.init(.unix(path), port: 0)
  }

  /// The host in text form, such as `"10.0.0.1"` or `"::1"`; `"unix/"` for a path.
  public var host: String {
    switch kind {
    case .ipv4(let bits):
      return Self.text(in_addr(s_addr: bits), AF_INET)
    case .ipv6(let bytes, _):
      if let bits = Self.mapped(bytes) { return Self.text(in_addr(s_addr: bits), AF_INET) }
      var address = in6_addr()
      withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: bytes) }
      return Self.text(address, AF_INET6)
    case .unix:
      return "unix/"
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

  private static func text(_ address: some Any, _ family: CInt) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
      withUnsafePointer(to: address) {
        guard let start = buffer.baseAddress,
          inet_ntop(family, $0, start, socklen_t(buffer.count)) != nil
        else { return "" }
        return String(cString: start)
      }
    }
  }

  /// The IPv4 address inside an IPv4-mapped IPv6 one.
  private static func mapped(_ bytes: [UInt8]) -> UInt32? {
    guard bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else {
      return nil
    }
    return bytes[12...].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  }

  private static func parse(_ host: String) -> Kind? {
    var six = in6_addr()
    if inet_pton(AF_INET6, host, &six) == 1 {
      let bytes = withUnsafeBytes(of: six) { Array($0) }
      return mapped(bytes).map { .ipv4($0) } ?? .ipv6(bytes, scope: 0)
    }
    var four = in_addr()
    // inet_aton would ignore what follows a space.
    let isPlain = host.utf8.allSatisfy {
      $0 == UInt8(ascii: ".") || isxdigit(CInt($0)) != 0 || $0 | 0x20 == 0x78
    }
    guard isPlain, !host.isEmpty, inet_aton(host, &four) != 0 else { return nil }
    return .ipv4(four.s_addr)
  }
}

extension SocketAddress: CustomStringConvertible {
  /// Host and port as `parse_hostport` takes them, such as `"[::1]:4040"`.
  public var description: String { format_hostport(host, service) }
}
