internal import Glibc

extension Resolver {
  /// Takes the environment's settings of the loop's resolver, as Perl's AnyEvent does.
  func takeEnvironment(_ variable: (String) -> String? = environmentVariable) {
    if let file = variable("PERL_ANYEVENT_RESOLV_CONF"), !file.isEmpty { configurationFile = file }
    if let flag = variable("PERL_ANYEVENT_EDNS0") { usesEDNS = atoi(flag) != 0 }
    guard let protocols = variable("PERL_ANYEVENT_PROTOCOLS"), !protocols.isEmpty else { return }
    families = protocols.split(separator: ",").compactMap {
      $0 == "ipv4" ? 4 : $0 == "ipv6" ? 6 : nil
    }
  }

  private static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Takes all settings of another resolver.
  func take(_ other: Resolver) {
    servers = other.servers
    tryTime = other.tryTime
    tries = other.tries
    timeLimit = other.timeLimit
    domains = other.domains
    dots = other.dots
    families = other.families
    usesEDNS = other.usesEDNS
    configurationFile = other.configurationFile
  }

  /// The addresses that are of the wanted families, those of the preferred one first.
  func ordered(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard let families else { return addresses }
    return families.flatMap { family in
      addresses.filter { $0.family == (family == 4 ? AF_INET : AF_INET6) }
    }
  }

  /// The addresses that are of the wanted families; a failure if none is.
  func allowed(_ addresses: [SocketAddress]) -> Result<[SocketAddress], NameFailure> {
    let ordered = ordered(addresses)
    return ordered.isEmpty && !addresses.isEmpty ? .failure(.otherFamily) : .success(ordered)
  }
}
