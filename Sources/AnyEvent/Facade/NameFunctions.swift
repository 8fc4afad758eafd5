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
/// before this returns. If host and service are names, the domain's records of the type SRV say which hosts and
/// ports offer the service, up to sixteen of them; without such records the host itself does. Corresponds to
/// Perl's `AnyEvent::Socket::resolve_sockaddr`.
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
  let name = (proto ?? "tcp").lowercased()
  let isUnix = node == "unix/"
  guard let number = isUnix ? 0 : getprotobyname(name)?.proto else {
    return loop.postpone {
      errno = ENXIO
      cb([])
    }
  }
  let search = SocketTargetSearch(
    loop: loop, family: isUnix ? nil : family == 4 ? AF_INET : family == 6 ? AF_INET6 : nil,
    type: type ?? (name == "udp" ? aeuv_datagram_type() : aeuv_stream_type()),
    proto: CInt(number))
  if isUnix { return search.find(node, service, cb) }
  let text = service.tcpService
  let port = lookUpPort(text, protocol: name)
  let label = text.prefix { $0 != "=" }
  if parse_address(node) == nil, Int(label) == nil, !label.isEmpty {
    return DNS.srv(String(label), name, node) { services in
      search.find(services, else: (node, port), cb)
    }
  }
  search.find([], else: (node, port), cb)
}

/// The search of `resolve_sockaddr`, by family, type and protocol.
private struct SocketTargetSearch {
  let loop: Loop
  let family: CInt?
  let type: CInt
  let proto: CInt

  /// How many hosts of a domain are looked up: a name server may name thousands.
  private static let maximumHosts = 16

  /// Finds the addresses of services, one after the other; without any those of a host.
  func find(
    _ services: [DNSService], else host: (name: String, port: Int?),
    _ cb: @escaping ([SocketTarget]) -> Void
  ) {
    // A lone root is a domain's word that it has no such service (RFC 2782).
    let isDenied = services.count == 1 && ["", "."].contains(services[0].target)
    let places =
      services.isEmpty
      ? host.port.map { [(host.name, $0)] } ?? []
      : isDenied ? [] : services.prefix(Self.maximumHosts).map { ($0.target, $0.port) }
    guard !places.isEmpty else {
      return loop.postpone {
        errno = ENXIO
        cb([])
      }
    }
    var found = [[SocketTarget]](repeating: [], count: places.count)
    var code: CInt = 0
    var left = places.count
    for (place, (name, port)) in places.enumerated() {
      find(name, port) { targets in
        if targets.isEmpty { code = errno }
        found[place] = targets
        left -= 1
        guard left == 0 else { return }
        let all = found.flatMap { $0 }
        if all.isEmpty { errno = code }
        cb(all)
      }
    }
  }

  /// Finds the addresses of a host.
  func find(
    _ node: String, _ service: any TCPService, _ cb: @escaping ([SocketTarget]) -> Void
  ) {
    loop.resolveAndKeep(node, service) { result in
      switch result {
      case .success(let addresses):
        let fitting = addresses.filter { family == nil || $0.family == family }
        if fitting.isEmpty { errno = ENXIO }
        cb(
          fitting.map {
            SocketTarget(
              family: $0.family, type: type, proto: proto, sockaddr: $0.packed, address: $0)
          })
      case .failure(let error):
        errno = error.code
        cb([])
      }
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
/// A text that is no name, and one that is in ASCII already, stays as it is. `tcp_connect` and all that looks up
/// addresses asks for this form, and TLS compares it. Corresponds to Perl's `AnyEvent::Util::idn_to_ascii`.
public func idn_to_ascii(_ idn: String) -> String { InternationalName.sent(idn) }

/// A host name with all its letters; a text that is no name stays as it is.
///
/// Corresponds to Perl's `AnyEvent::Util::idn_to_unicode`.
public func idn_to_unicode(_ idn: String) -> String { InternationalName.prepared(idn) ?? idn }
