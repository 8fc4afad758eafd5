/// One element of `binds` or `seeds`, parsed but not looked up.
package enum BindAddress: Hashable, Sendable {
  /// `*`: every address of this host that others can reach.
  case everyInterface(port: UInt16?)
  /// A bare port number, or nothing: the address of this host's name.
  case ownHost(port: UInt16?)
  /// A host name or a numeric address (without brackets).
  case host(String, port: UInt16?)

  /// The port; nil when none is given or any will do.
  package var port: UInt16? {
    switch self {
    case .everyInterface(let port), .ownHost(let port), .host(_, let port): port
    }
  }

  /// Why a text is no address: two parts of a sentence.
  package struct ParseError: Error, Hashable, Sendable {
    /// The text in quotes.
    let text: String
    /// What is wrong with it.
    let problem: String

    init(_ text: String, _ problem: String) {
      self.text = "\"\(text)\""
      self.problem = problem
    }
  }

  /// The addresses of a list whose elements may have commas themselves.
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
    if text.utf8.first == UInt8(ascii: "[") {
      guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else {
        throw ParseError(text, "has a [ without a ]")
      }
      let host = String(text[text.utf8.index(after: text.startIndex)..<end])
      guard let address = IPAddress(host), address.isIPv6 else {
        throw ParseError(text, "has something in brackets that is no IPv6 address")
      }
      let rest = text[text.utf8.index(after: end)...]
      if rest.isEmpty { return (host, nil) }
      guard rest.utf8.first == UInt8(ascii: ":") else {
        throw ParseError(text, "has something else than a port behind the ]")
      }
      return (host, try port(rest.dropFirst(), in: text))
    }
    if IPAddress(text) != nil { return (text, nil) }
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else {
      return (try hostName(text[...], in: text), nil)
    }
    let number = try port(text[text.utf8.index(after: colon)...], in: text)
    return (try hostName(text[..<colon], in: text), number)
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
      throw ParseError(text, "has the port \"\(port)\", which is no number from 0 to 65535 nor *")
    }
    return number == 0 ? nil : number
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
      if host.utf8.contains(UInt8(ascii: ":")) { return "[\(host)]" + suffix }
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
