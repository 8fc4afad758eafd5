package import AnyEvent

/// The surroundings that resolving an address depends on, so that it is a function of its
/// arguments.
package struct AddressSources {
  /// The addresses of this host's interfaces; the kernel is asked only when they are used.
  package var interfaces: [SocketAddress] {
    get { askForInterfaces() }
    set { askForInterfaces = { newValue } }
  }
  private var askForInterfaces: () -> [SocketAddress]
  /// The name of this host.
  package var hostName: String
  /// Looks up the addresses of a host name; empty when it has none.
  package var lookUp: (String) -> [SocketAddress]

  /// Sources of these parts.
  package init(
    interfaces: @escaping @autoclosure () -> [SocketAddress], hostName: String,
    lookUp: @escaping (String) -> [SocketAddress]
  ) {
    askForInterfaces = interfaces
    self.hostName = hostName
    self.lookUp = lookUp
  }

  /// The interfaces of this machine and the resolver of a loop.
  ///
  /// A look-up blocks the calling thread; all of them together take at most 4 seconds.
  package static func ofMachine(hostName: String, _ resolver: Resolver) -> AddressSources {
    let end = ContinuousClock.now + .seconds(4)
    return AddressSources(
      interfaces: SocketAddress.ofInterfaces(), hostName: hostName,
      lookUp: { name in
        let rest = end - .now
        let found = resolver.wait(for: name, atMost: max(0, rest / .seconds(1)))
        return usable(found)
      })
  }

  /// The addresses of the families that the machine speaks; all of them if that would leave none.
  static func usable(_ found: [SocketAddress]) -> [SocketAddress] {
    let interfaces = SocketAddress.ofInterfaces()
    let usable = found.filter { address in
      interfaces.contains { !$0.isLoopback && $0.family == address.family }
    }
    return usable.isEmpty ? found : usable
  }
}

extension BindAddress {
  /// The port of a seed that is configured without one.
  package static var defaultSeedPort: UInt16 { 4040 }

  /// The host name that has to be looked up; nil when there is none.
  package func nameToLookUp(hostName: String) -> String? {
    switch self {
    case .everyInterface: nil
    case .ownHost: SocketAddress.isNumeric(hostName) ? nil : hostName
    case .host(let name, _): SocketAddress.isNumeric(name) ? nil : name
    }
  }

  /// The socket addresses that this address stands for, each once; none when a name has no address.
  ///
  /// `defaultPort` is used where no port is given. Seeds are resolved anew for each attempt.
  package func socketAddresses(
    _ sources: AddressSources, defaultPort: UInt16 = BindAddress.defaultSeedPort
  ) -> [SocketAddress] {
    let port = port ?? defaultPort
    let hosts: [SocketAddress] =
      switch self {
      case .everyInterface: sources.interfaces.filter(\.isReachable)
      case .ownHost: Self.addresses(of: sources.hostName, sources)
      case .host(let host, _): Self.addresses(of: host, sources)
      }
    var addresses: [SocketAddress] = []
    for host in hosts {
      let address = host.with(port: port)
      if !addresses.contains(address) { addresses.append(address) }
    }
    return addresses
  }

  /// The socket addresses to listen on for a list of binds, each once, in the order of the list.
  ///
  /// - Throws: ``ConfigurationError`` for `*` and every address that other hosts can reach when
  ///   there is no secret or certificate, and for a host name that has no address.
  package static func addressesToListen(
    on binds: [BindAddress], _ sources: AddressSources, hasCredentials: Bool
  ) throws(ConfigurationError) -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    for bind in binds {
      if case .everyInterface = bind, !hasCredentials {
        throw ConfigurationError(
          .noCredentials,
          """
          binds: "\(bind)" listens on all network interfaces, which needs a secret or a \
          certificate; run "aemp gensecret", or bind to an address such as 127.0.0.1:4040
          """)
      }
      let found = bind.socketAddresses(sources, defaultPort: 0)
      if found.isEmpty, let name = bind.nameToLookUp(hostName: sources.hostName) {
        throw ConfigurationError(
          .unresolvable,
          """
          binds: the host name "\(name)" has no address; correct it, or bind to an address such \
          as 127.0.0.1:4040
          """)
      }
      if case .host(let host, _) = bind, let zone = SocketAddress.missingZone(of: host) {
        throw ConfigurationError(
          .unresolvable,
          """
          binds: "\(bind)" is an address on the network interface "\(zone)", which this machine does not \
          have; correct it, or bind to an address such as 127.0.0.1:4040
          """)
      }
      if !hasCredentials, let address = found.first(where: { !$0.isLoopback }) {
        throw ConfigurationError(
          .noCredentials,
          """
          binds: \(address) can be reached by other hosts, which needs a secret or a certificate; run \
          "aemp gensecret", or bind to an address such as 127.0.0.1:4040
          """)
      }
      for address in found where !addresses.contains(address) { addresses.append(address) }
    }
    return addresses
  }

  private static func addresses(of host: String, _ sources: AddressSources) -> [SocketAddress] {
    guard SocketAddress.isNumeric(host) else { return sources.lookUp(host) }
    return SocketAddress(ip: host, port: 0).map { [$0] } ?? []
  }

  /// The addresses to dial for a seed: for `*` one for each interface of this host, else as
  /// configured.
  ///
  /// Host names, also that of this host, are looked up at every attempt.
  package func seedAddresses(_ sources: AddressSources) -> [String] {
    let port = port ?? Self.defaultSeedPort
    return switch self {
    case .everyInterface: socketAddresses(sources).map(\.description)
    case .ownHost: [BindAddress.host(sources.hostName, port: port).description]
    case .host(let host, _): [BindAddress.host(host, port: port).description]
    }
  }
}
