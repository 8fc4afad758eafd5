package import AnyEvent

/// What resolving addresses takes from outside, so that it is a function of its arguments.
package struct AddressSources {
  /// The addresses of this host's interfaces; the kernel is asked only when somebody looks.
  package var interfaces: [IPAddress] {
    get { askForInterfaces() }
    set { askForInterfaces = { newValue } }
  }
  private var askForInterfaces: () -> [IPAddress]
  /// The name of this host.
  package var hostName: String
  /// Looks up the addresses of a host name; empty when it has none.
  package var lookUp: (String) -> [IPAddress]

  /// Sources of these parts.
  package init(
    interfaces: @escaping @autoclosure () -> [IPAddress], hostName: String,
    lookUp: @escaping (String) -> [IPAddress]
  ) {
    askForInterfaces = interfaces
    self.hostName = hostName
    self.lookUp = lookUp
  }

  /// The interfaces of this machine and the resolver of a loop; look-ups block the calling thread, all of
  /// them together for at most 4 seconds.
  package static func ofMachine(hostName: String, _ resolver: Resolver) -> AddressSources {
    let end = ContinuousClock.now + .seconds(4)
    return AddressSources(
      interfaces: NetworkInterfaces.addresses(), hostName: hostName,
      lookUp: { name in
        let rest = end - .now
        let found = resolver.wait(for: name, atMost: max(0, rest / .seconds(1)))
        return usable(found.compactMap { IPAddress($0.host) })
      })
  }

  /// Without the families that the machine does not speak, unless nothing else is left.
  static func usable(_ found: [IPAddress]) -> [IPAddress] {
    let interfaces = NetworkInterfaces.addresses()
    let usable = found.filter { address in
      interfaces.contains { !$0.isLoopback && $0.isIPv6 == address.isIPv6 }
    }
    return usable.isEmpty ? found : usable
  }
}

extension BindAddress {
  /// The port that seeds have when none is given.
  package static var defaultSeedPort: UInt16 { 4040 }

  /// The host name that has to be looked up, if one has.
  package func nameToLookUp(hostName: String) -> String? {
    switch self {
    case .everyInterface: nil
    case .ownHost: IPAddress(hostName) == nil ? hostName : nil
    case .host(let name, _): IPAddress(name) == nil ? name : nil
    }
  }

  /// The places that this address stands for, each once; none when a name has no address.
  ///
  /// For seeds, which are looked up anew on every attempt. `defaultPort` is taken where no port is
  /// given.
  package func places(
    _ sources: AddressSources, defaultPort: UInt16 = BindAddress.defaultSeedPort
  ) -> [HostPort] {
    let port = port ?? defaultPort
    let addresses: [IPAddress] =
      switch self {
      case .everyInterface: sources.interfaces.filter(\.isReachable)
      case .ownHost: Self.addresses(of: sources.hostName, sources)
      case .host(let host, _): Self.addresses(of: host, sources)
      }
    var places: [HostPort] = []
    for address in addresses {
      let place = HostPort(address, port: port)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  /// The places to listen on for a list of binds, each once, in the order of the list.
  ///
  /// - Throws: ``ConfigurationError`` for `*` and every address that other hosts can reach when there is no
  ///   secret or certificate, and for a host name that has no address.
  package static func placesToListen(
    on binds: [BindAddress], _ sources: AddressSources, hasCredentials: Bool
  ) throws(ConfigurationError) -> [HostPort] {
    var places: [HostPort] = []
    for bind in binds {
      if case .everyInterface = bind, !hasCredentials {
        throw ConfigurationError(
          .noCredentials,
          """
          binds: "\(bind)" listens on all network interfaces, which needs a secret or a \
          certificate; run "aemp gensecret", or bind to an address such as 127.0.0.1:4040
          """)
      }
      let found = bind.places(sources, defaultPort: 0)
      if found.isEmpty, let name = bind.nameToLookUp(hostName: sources.hostName) {
        throw ConfigurationError(
          .unresolvable,
          """
          binds: the host name "\(name)" has no address; correct it, or bind to an address such \
          as 127.0.0.1:4040
          """)
      }
      if !hasCredentials, let place = found.first(where: { !$0.address.isLoopback }) {
        throw ConfigurationError(
          .noCredentials,
          """
          binds: \(place) can be reached by other hosts, which needs a secret or a certificate; run \
          "aemp gensecret", or bind to an address such as 127.0.0.1:4040
          """)
      }
      for place in found where !places.contains(place) { places.append(place) }
    }
    return places
  }

  private static func addresses(of host: String, _ sources: AddressSources) -> [IPAddress] {
    if let address = IPAddress(host) { return [address] }
    return sources.lookUp(host)
  }
}

extension BindAddress {
  /// The addresses to dial for a seed: one for each of our own interfaces for `*`, else as written.
  ///
  /// Host names, our own among them, are left to be looked up at every attempt.
  package func seedAddresses(_ sources: AddressSources) -> [String] {
    let port = port ?? Self.defaultSeedPort
    return switch self {
    case .everyInterface: places(sources).map(\.description)
    case .ownHost: [BindAddress.host(sources.hostName, port: port).description]
    case .host(let host, _): [BindAddress.host(host, port: port).description]
    }
  }
}
