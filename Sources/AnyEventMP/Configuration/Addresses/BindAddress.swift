internal import AnyEvent

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
    /// The mistake in the address.
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
