internal import CLibUV
internal import Glibc

/// Calls `cb` with the addresses of a name, or of a numeric address, in bytes; with none if there are none.
///
/// An address has four bytes for IPv4 and sixteen for IPv6: `format_address` makes text of both.
/// `"unix/"` gives its token. The callback is never called before this returns. Corresponds to Perl's
/// `AnyEvent::Socket::inet_aton`.
public func inet_aton(_ name: String, _ cb: @escaping (_ addresses: [[UInt8]]) -> Void) {
  if let known = parse_address(name) { return Loop.current.postpone { cb([known]) } }
  Loop.current.resolveAndKeep(name, 0) { cb(((try? $0.get()) ?? []).map(\.bytes)) }
}

/// One of the addresses that `resolve_sockaddr` finds: the arguments of `socket` and of `connect` or `bind`.
public struct SocketTarget: Hashable, Sendable {
  /// `AF_INET`, `AF_INET6` or `AF_UNIX`.
  public let family: CInt
  /// `SOCK_STREAM`, `SOCK_DGRAM` or `SOCK_SEQPACKET`.
  public let type: CInt
  /// The number of the protocol; 0 for paths.
  public let proto: CInt
  /// The address as a `sockaddr`.
  public let sockaddr: [UInt8]
  /// The address.
  public let address: SocketAddress
}

/// Calls `cb` with the addresses to reach a service of a host, in the order in which they should be tried.
///
/// The callback gets none, and `errno` is set, if the host or the service is not known; it is never called
/// before this returns. Records of the type SRV are not asked for. Corresponds to Perl's
/// `AnyEvent::Socket::resolve_sockaddr`.
/// - Parameters:
///   - node: a name, a numeric address, or `"unix/"` with a path as service.
///   - service: a port, the name of a service, or `"name=port"`.
///   - proto: `"tcp"`, which nil stands for, `"udp"` or `"sctp"`.
///   - family: 4 or 6 for one of the families, 0 or nil for both.
///   - type: the type of sockets; nil for `SOCK_DGRAM` with `"udp"`, else for `SOCK_STREAM`.
///   - cb: gets the addresses.
public func resolve_sockaddr(
  _ node: String, _ service: any TCPService, _ proto: String?, _ family: Int?, _ type: CInt?,
  _ cb: @escaping (_ targets: [SocketTarget]) -> Void
) {
  let loop = Loop.current
  let name = proto ?? "tcp"
  let isUnix = node == "unix/"
  let type = type ?? (name == "udp" ? aeuv_datagram_type() : aeuv_stream_type())
  guard let number = isUnix ? 0 : getprotobyname(name)?.proto,
    let port = isUnix ? 0 : lookUpPort(service.tcpService, protocol: name)
  else {
    return loop.postpone {
      errno = ENXIO
      cb([])
    }
  }
  let wanted = family == 4 ? AF_INET : family == 6 ? AF_INET6 : nil
  let place: any TCPService = isUnix ? service : port
  loop.resolveAndKeep(node, place) { result in
    switch result {
    case .success(let addresses):
      cb(
        addresses.filter { wanted == nil || isUnix || $0.family == wanted }.map {
          SocketTarget(
            family: $0.family, type: type, proto: CInt(number), sockaddr: $0.packed, address: $0)
        })
    case .failure(let error):
      errno = error.code
      cb([])
    }
  }
}
