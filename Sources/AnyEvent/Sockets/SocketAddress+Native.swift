internal import CCares
internal import CLibUV
internal import Glibc

extension SocketAddress {
  /// Copies an address that the system has filled in; nil for families that the type does not have.
  package init?(_ raw: UnsafeRawPointer, length: UInt32) {
    switch CInt(raw.load(as: sa_family_t.self)) {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      let four = raw.loadUnaligned(as: sockaddr_in.self)
      self.init(.ipv4(four.sin_addr.s_addr), port: Int(UInt16(bigEndian: four.sin_port)))
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      let six = raw.loadUnaligned(as: sockaddr_in6.self)
      let (high, low) = withUnsafeBytes(of: six.sin6_addr) {
        $0.loadUnaligned(as: (UInt64, UInt64).self)
      }
      self.init(
        .ipv6(high.bigEndian, low.bigEndian, zone: six.sin6_scope_id),
        port: Int(UInt16(bigEndian: six.sin6_port)))
    case AF_UNIX:
      let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
      let path = UnsafeRawBufferPointer(start: raw + start, count: max(0, Int(length) - start))
      self.init(.unix(String(decoding: path.prefix { $0 != 0 }, as: UTF8.self)), port: 0)
    default:
      return nil
    }
  }

  /// The address that `getsockname` or `getpeername` reports.
  static func reported(
    by function: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt,
    _ fd: CInt
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        function(fd, $0, &length) == 0 ? SocketAddress($0, length: length) : nil
      }
    }
  }

  /// The IPv4 and IPv6 addresses of all interfaces that are up, loopback included, with port 0, each
  /// once.
  ///
  /// IPv4 addresses come first. Corresponds to C's `getifaddrs`; empty when that fails.
  package static func ofInterfaces() -> [SocketAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var known: Set<SocketAddress> = []
    var addresses: [SocketAddress] = []
    var next = first
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard interface.ifa_flags & UInt32(IFF_UP) != 0, let native = interface.ifa_addr,
        let address = SocketAddress(native, length: length(of: native)),
        known.insert(address).inserted
      else { continue }
      addresses.append(address)
    }
    return addresses.filter { $0.family == AF_INET } + addresses.filter { $0.family == AF_INET6 }
  }

  /// The length of the native address of an interface; 0 for families that the type does not have.
  private static func length(of native: UnsafePointer<sockaddr>) -> socklen_t {
    switch CInt(native.pointee.sa_family) {
    case AF_INET: socklen_t(MemoryLayout<sockaddr_in>.size)
    case AF_INET6: socklen_t(MemoryLayout<sockaddr_in6>.size)
    default: 0
    }
  }

  /// Makes a non-blocking stream socket of the address's family; −1 with `errno` if that failed.
  func makeSocket() -> CInt {
    let type =
      CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    return StandardDescriptors.spare(socket(family, type, 0))
  }

  /// The local address of a socket; nil with `errno` set if it has none.
  ///
  /// Corresponds to C's `getsockname`.
  public static func local(of fd: CInt) -> SocketAddress? {
    reported(by: { getsockname($0, $1, $2) }, fd)
  }

  /// The address of the other end of a socket; nil with `errno` set if it is not connected.
  ///
  /// Corresponds to C's `getpeername`.
  public static func peer(of fd: CInt) -> SocketAddress? {
    reported(by: { getpeername($0, $1, $2) }, fd)
  }

  /// Calls `body` with the address in the system's form.
  func withNative<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    switch kind {
    case .ipv4(let bits):
      var four = sockaddr_in()
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
      four.sin_addr.s_addr = bits
      return Self.withGeneric(four, body)
    case .ipv6(let high, let low, let zone):
      var six = sockaddr_in6()
      six.sin6_family = sa_family_t(AF_INET6)
      six.sin6_port = UInt16(truncatingIfNeeded: port).bigEndian
      six.sin6_scope_id = zone
      withUnsafeMutableBytes(of: &six.sin6_addr) {
        $0.storeBytes(of: (high.bigEndian, low.bigEndian), as: (UInt64, UInt64).self)
      }
      return Self.withGeneric(six, body)
    case .unix(let path):
      var unix = sockaddr_un()
      unix.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &unix.sun_path) {
        $0.copyBytes(from: path.utf8.prefix($0.count - 1))
      }
      return Self.withGeneric(unix, body)
    }
  }

  private static func withGeneric<Native, Result>(
    _ native: Native, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafePointer(to: native) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<Native>.size))
      }
    }
  }
}
