package import AnyEvent

/// One element of `binds` or `seeds`, parsed but not looked up.
package enum BindAddress: Hashable, Sendable {
  /// `*`: every address of this host that others can reach.
  case everyInterface(port: UInt16?)
  /// A bare port number, or nothing: the address of this host's name.
  case ownHost(port: UInt16?)
  /// A host name or a numeric address, without brackets, which may have a zone.
  case host(String, port: UInt16?)

  /// The port; nil when no port or any free port is configured.
  package var port: UInt16? {
    switch self {
    case .everyInterface(let port), .ownHost(let port), .host(_, let port): port
    }
  }

  /// Why a text is no address, in two parts of a sentence.
  package struct ParseError: Error, Hashable, Sendable {
    /// The quoted text.
    let text: String
    /// What is wrong with it.
    let problem: String

    init(_ text: String, _ problem: String) {
      self.text = "\"\(text)\""
      self.problem = problem
    }
  }

  /// The addresses of a list; an element may hold several with commas between them.
  static func parse(_ texts: [String]) throws(ParseError) -> [BindAddress] {
    var addresses: [BindAddress] = []
    for text in texts {
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        addresses.append(try BindAddress(parsing: String(part)))
      }
    }
    return addresses
  }

  /// One address, without commas: `*`, `*:port`, `host`, `host:port`, `[v6]`, `[v6]:port`, `port`.
  ///
  /// - Throws: ``ParseError`` for anything else.
  package init(parsing text: String) throws(ParseError) {
    let text = text.trimmed
    if text.utf8.allSatisfy(\.isDigit) {
      self = .ownHost(port: text.isEmpty ? nil : try Self.port(text[...], in: text))
      return
    }
    if text.hasPrefix("unix/") {
      throw ParseError(text, "is a unix domain socket, and nodes speak TCP only")
    }
    let (host, port) = try Self.split(text)
    self =
      host == "*"
      ? .everyInterface(port: port)
      : .host(host, port: port)
  }

  private static func split(_ text: String) throws(ParseError) -> (String, UInt16?) {
    if SocketAddress.isNumeric(text) { return (text, nil) }
    // The comparison makes this stricter than `parse_hostport`, which also accepts white space, for
    // example.
    guard let (host, service) = parse_hostport(text, "*"),
      text == host || text == format_hostport(host) || text == format_hostport(host, service)
    else { throw problem(of: text) }
    let number = try port(service[...], in: text)
    if SocketAddress.isNumeric(host) { return (host, number) }
    return (try hostName(host[...], in: text), number)
  }

  /// Why a text is not host and port.
  private static func problem(of text: String) -> ParseError {
    do throws(ParseError) {
      if text.utf8.first == UInt8(ascii: "[") { return problemOfBrackets(text) }
      if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) {
        _ = try port(text[text.utf8.index(after: colon)...], in: text)
        _ = try hostName(text[..<colon], in: text)
      }
      _ = try hostName(text[...], in: text)
    } catch {
      return error
    }
    return ParseError(text, "is no host name or address")
  }

  private static func problemOfBrackets(_ text: String) -> ParseError {
    guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else {
      return ParseError(text, "has a [ without a ]")
    }
    let host = String(text[text.utf8.index(after: text.startIndex)..<end])
    guard host.utf8.contains(UInt8(ascii: ":")), SocketAddress.isNumeric(host) else {
      return ParseError(text, "has something in brackets that is no IPv6 address")
    }
    let rest = text[text.utf8.index(after: end)...]
    guard rest.utf8.first == UInt8(ascii: ":") else {
      return ParseError(text, "has something else than a port behind the ]")
    }
    return ParseError(text, badPort(rest.dropFirst()))
  }

  private static func hostName(_ host: Substring, in text: String) throws(ParseError) -> String {
    if host == "*" { return "*" }
    if host.utf8.contains(UInt8(ascii: ":")) {
      throw ParseError(text, "has several colons; an IPv6 address before a port is put in brackets")
    }
    let isName = host.unicodeScalars.allSatisfy { scalar in
      scalar.value > 0x20 && scalar != "*" && scalar != "/" && scalar != "[" && scalar != "]"
        && scalar.value != 0x7F
    }
    guard !host.isEmpty, isName else {
      throw ParseError(text, "is no host name or address")
    }
    return String(host)
  }

  /// A port number; nil for `*` and 0, which stand for any free port.
  private static func port(_ port: Substring, in text: String) throws(ParseError) -> UInt16? {
    if port == "*" { return nil }
    guard port.utf8.allSatisfy(\.isDigit), let number = UInt16(port) else {
      throw ParseError(text, badPort(port))
    }
    return number == 0 ? nil : number
  }

  private static func badPort(_ port: Substring) -> String {
    "has the port \"\(port)\", which is no number from 0 to 65535 nor *"
  }
}

extension BindAddress: CustomStringConvertible {
  /// The address as it is written in the configuration.
  package var description: String {
    let suffix = port.map { ":\($0)" } ?? ""
    switch self {
    case .everyInterface: return "*" + suffix
    case .ownHost: return port.map { String($0) } ?? ""
    case .host(let host, let port):
      if host.utf8.contains(UInt8(ascii: ":")) { return format_hostport(host) + suffix }
      // A number alone would be a port.
      return port == nil && host.utf8.allSatisfy(\.isDigit) ? host + ":*" : host + suffix
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension String {
  /// The text without ASCII white space at both ends.
  fileprivate var trimmed: String {
    let isSpace: (Unicode.Scalar) -> Bool = { $0.value <= 0x20 }
    var rest = unicodeScalars[...].drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return String(rest)
  }
}

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

  /// The addresses without those of a family that the machine does not speak, unless none would be
  /// left.
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
  package func places(
    _ sources: AddressSources, defaultPort: UInt16 = BindAddress.defaultSeedPort
  ) -> [SocketAddress] {
    let port = port ?? defaultPort
    let addresses: [SocketAddress] =
      switch self {
      case .everyInterface: sources.interfaces.filter(\.isReachable)
      case .ownHost: Self.addresses(of: sources.hostName, sources)
      case .host(let host, _): Self.addresses(of: host, sources)
      }
    var places: [SocketAddress] = []
    for address in addresses {
      let place = address.with(port: port)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  /// The socket addresses to listen on for a list of binds, each once, in the order of the list.
  ///
  /// - Throws: ``ConfigurationError`` for `*` and every address that other hosts can reach when
  ///   there is no secret or certificate, and for a host name that has no address.
  package static func placesToListen(
    on binds: [BindAddress], _ sources: AddressSources, hasCredentials: Bool
  ) throws(ConfigurationError) -> [SocketAddress] {
    var places: [SocketAddress] = []
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
      if case .host(let host, _) = bind, let zone = SocketAddress.missingZone(of: host) {
        throw ConfigurationError(
          .unresolvable,
          """
          binds: "\(bind)" is an address on the network interface "\(zone)", which this machine does not \
          have; correct it, or bind to an address such as 127.0.0.1:4040
          """)
      }
      if !hasCredentials, let place = found.first(where: { !$0.isLoopback }) {
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

  private static func addresses(of host: String, _ sources: AddressSources) -> [SocketAddress] {
    guard SocketAddress.isNumeric(host) else { return sources.lookUp(host) }
    return SocketAddress(ip: host, port: 0).map { [$0] } ?? []
  }
}

extension BindAddress {
  /// The addresses to dial for a seed: for `*` one for each interface of this host, else as
  /// configured.
  ///
  /// Host names, also that of this host, are looked up at every attempt.
  package func seedAddresses(_ sources: AddressSources) -> [String] {
    let port = port ?? Self.defaultSeedPort
    return switch self {
    case .everyInterface: places(sources).map(\.description)
    case .ownHost: [BindAddress.host(sources.hostName, port: port).description]
    case .host(let host, _): [BindAddress.host(host, port: port).description]
    }
  }
}
