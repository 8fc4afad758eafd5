internal import Glibc

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
  /// Its 4 or 16 bytes, in network order.
  package let bytes: [UInt8]

  /// The address with these bytes; nil unless there are 4 or 16 of them.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// The address in a socket address; nil for other families.
  init?(_ address: UnsafePointer<sockaddr>) {
    let raw = UnsafeRawPointer(address)
    switch CInt(address.pointee.sa_family) {
    case AF_INET:
      let address = raw.loadUnaligned(as: sockaddr_in.self)
      bytes = withUnsafeBytes(of: address.sin_addr) { Array($0) }
    case AF_INET6:
      let address = raw.loadUnaligned(as: sockaddr_in6.self)
      bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
    default: return nil
    }
  }

  /// The address written as numbers; nil for everything else, host names among them.
  package init?(_ text: String) {
    // C would stop reading there and take what is before it.
    if text.utf8.contains(0) { return nil }
    var buffer = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &buffer) == 1 {
      bytes = Array(buffer.prefix(4))
    } else if inet_pton(AF_INET6, text, &buffer) == 1 {
      bytes = buffer
    } else {
      return nil
    }
  }

  /// Whether it is an IPv6 address.
  package var isIPv6: Bool { bytes.count == 16 }

  /// Whether only this host can reach it: 127.0.0.0/8, also written as IPv6, and ::1.
  package var isLoopback: Bool {
    guard isIPv6 else { return bytes[0] == 127 }
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
      return bytes[12] == 127
    }
    return bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// Whether `*` stands for it when an interface has it.
  ///
  /// For IPv4 all but the loopback network; for IPv6 what others can reach: 2000::/3 and fc00::/7.
  package var isReachable: Bool {
    isIPv6 ? bytes[0] & 0xE0 == 0x20 || bytes[0] & 0xFE == 0xFC : bytes[0] != 127
  }
}

extension IPAddress: CustomStringConvertible {
  /// The usual text, without brackets.
  package var description: String {
    let text = [CChar](unsafeUninitializedCapacity: 64) { buffer, count in
      let family = isIPv6 ? AF_INET6 : AF_INET
      count = 0
      guard inet_ntop(family, bytes, buffer.baseAddress, socklen_t(buffer.count)) != nil else {
        return
      }
      count = buffer.firstIndex(of: 0) ?? 0
    }
    return String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
