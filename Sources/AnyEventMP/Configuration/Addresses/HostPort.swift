/// A numeric address and a TCP port, written as `host:port` or `[host]:port`: a place to listen or
/// to connect to, and how nodes tell each other where they are.
package struct HostPort: Hashable, Sendable {
  /// The address.
  package let address: IPAddress
  /// The port; 0 when listening means any free one.
  package let port: UInt16

  /// A place of these parts.
  package init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// The address as text, without brackets: what `tcp_connect` and `tcp_server` take.
  package var host: String { address.description }
}

extension HostPort: CustomStringConvertible {
  /// `host:port`, IPv6 addresses in brackets.
  package var description: String {
    address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
