internal import Glibc

/// The network interfaces of this machine.
package enum NetworkInterfaces {
  /// The IPv4 and IPv6 addresses of all interfaces that are up, loopback included, each once.
  ///
  /// IPv4 addresses come first. Corresponds to C's `getifaddrs`; empty when that fails.
  package static func addresses() -> [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: [IPAddress] = []
    var next = first
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard
        interface.ifa_flags & UInt32(IFF_UP) != 0, let socketAddress = interface.ifa_addr,
        let address = IPAddress(socketAddress), !addresses.contains(address)
      else { continue }
      addresses.append(address)
    }
    return addresses.filter { !$0.isIPv6 } + addresses.filter(\.isIPv6)
  }
}
