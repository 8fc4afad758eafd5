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

// MARK: - International names

/// A text in ASCII letters, digits and hyphens; nil if it is longer than 1024 characters.
///
/// Capital letters stay. Corresponds to Perl's `AnyEvent::Util::punycode_encode`.
public func punycode_encode(_ string: String) -> String? { Punycode.encode(string) }

/// The text that was encoded; nil if this is none, or longer than 1024 characters.
///
/// Corresponds to Perl's `AnyEvent::Util::punycode_decode`.
public func punycode_decode(_ string: String) -> String? { Punycode.decode(string) }

/// A host name as names are compared, with all its letters: small and composed ones; nil if it is no name.
///
/// The rules are those of IDNA 2008: sharp s is a letter of its own, and characters that have a simpler form, such
/// as ligatures, are of no name. Corresponds to Perl's `AnyEvent::Util::idn_nameprep`.
public func idn_nameprep(_ idn: String) -> String? { InternationalName.prepared(idn) }

/// A host name in the form that name servers know: `"bücher.example"` is `"xn--bcher-kva.example"`.
///
/// What is no name, and what is in ASCII already, stays as it is. `tcp_connect` and all that looks up addresses
/// asks for this form, and TLS compares it. Corresponds to Perl's `AnyEvent::Util::idn_to_ascii`.
public func idn_to_ascii(_ idn: String) -> String { InternationalName.sent(idn) }

/// A host name with all its letters; what is no name stays as it is.
///
/// Corresponds to Perl's `AnyEvent::Util::idn_to_unicode`.
public func idn_to_unicode(_ idn: String) -> String { InternationalName.prepared(idn) ?? idn }
