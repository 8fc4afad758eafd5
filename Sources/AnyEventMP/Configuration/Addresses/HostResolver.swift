internal import Glibc

/// Looks up host names with the system's resolver.
package enum HostResolver {
  /// The addresses of a host name, each once, in the order of the system; empty when it has none.
  ///
  /// Blocks the calling thread until the answer is there: for use before the loop runs. Corresponds
  /// to C's `getaddrinfo`.
  package static func addresses(of name: String) -> [IPAddress] {
    // Families that the machine does not speak are left out, unless nothing else is left.
    let usable = lookUp(name, flags: CInt(AI_ADDRCONFIG))
    return usable.isEmpty ? lookUp(name, flags: 0) : usable
  }

  private static func lookUp(_ name: String, flags: CInt) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_flags = flags
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &first) == 0, let first else { return [] }
    defer { freeaddrinfo(first) }
    var addresses: [IPAddress] = []
    var next: UnsafeMutablePointer<addrinfo>? = first
    while let entry = next?.pointee {
      next = entry.ai_next
      guard
        let socketAddress = entry.ai_addr, let address = IPAddress(socketAddress),
        !addresses.contains(address)
      else { continue }
      addresses.append(address)
    }
    return addresses
  }
}
