internal import CCurl

/// A proxy, to which a request is sent instead of the server.
///
/// Corresponds to the array `[$host, $port, $scheme]` that Perl's `http_request` takes as `proxy`.
public struct HTTPProxy: Hashable, Sendable {
  /// How the proxy is spoken to.
  public enum Scheme: String, Hashable, Sendable {
    /// HTTP: requests for `http` URLs are forwarded, those for `https` URLs go through a tunnel.
    case http
    /// HTTP over TLS to the proxy.
    case https
    /// SOCKS 4 with names that the proxy looks up.
    case socks4a
    /// SOCKS 5 with names that the proxy looks up.
    case socks5
  }

  /// The scheme.
  public var scheme: Scheme
  /// The host's name or address.
  public var host: String
  /// The port.
  public var port: Int
  /// The user's name for the proxy.
  public var user: String?
  /// The user's password for the proxy.
  public var password: String?

  /// A proxy at a host and port.
  public init(_ scheme: Scheme, _ host: String, _ port: Int) {
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  /// A proxy by its URL, as in `http://proxy.example:3128`, perhaps with `user:password@`, in which special
  /// characters are encoded as in `%40`.
  ///
  /// Without a port it is 3128, as in Perl.
  ///
  /// - Throws: ``HTTPOptionError`` when it isn't of that form.
  public init(url: String) throws(HTTPOptionError) {
    let complaint = HTTPOptionError(
      "a proxy is given by a URL of the form http://host:port (or https, socks4a, socks5)")
    guard let end = url.utf8.firstIndex(of: UInt8(ascii: ":")), url[end...].hasPrefix("://"),
      let scheme = Scheme(rawValue: url[..<end].lowercased())
    else { throw complaint }
    var rest = url[end...].dropFirst(3)
    if let slash = rest.firstIndex(of: "/") { rest = rest[..<slash] }
    var secret: Substring?
    if let at = rest.lastIndex(of: "@") {
      secret = rest[..<at]
      rest = rest[rest.index(after: at)...]
    }
    var (host, port) = (rest, 3128)
    if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
      guard let number = Int(rest[rest.index(after: colon)...]), (1...65535).contains(number) else {
        throw complaint
      }
      (host, port) = (rest[..<colon], number)
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { throw complaint }
    self.init(scheme, String(host), port)
    guard let secret else { return }
    let parts = secret.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map(Self.decoded)
    // C would take only the text before a zero byte.
    guard !parts.contains(where: { $0.utf8.contains(0) }) else { throw complaint }
    user = parts[0]
    password = parts.count > 1 ? parts[1] : nil
  }

  /// A part of a URL, with the bytes that `%40` and the like stand for.
  private static func decoded(_ part: Substring) -> String {
    var count: CInt = 0
    guard let bytes = curl_easy_unescape(nil, String(part), 0, &count) else { return String(part) }
    defer { curl_free(bytes) }
    return HTTPBody(Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))).text
  }

  /// An HTTP proxy.
  public static func http(_ host: String, _ port: Int) -> HTTPProxy {
    HTTPProxy(.http, host, port)
  }

  /// A SOCKS 5 proxy.
  public static func socks5(_ host: String, _ port: Int) -> HTTPProxy {
    HTTPProxy(.socks5, host, port)
  }
}

extension HTTPProxy: CustomStringConvertible {
  /// The URL, without user and password.
  public var description: String { url(scheme.rawValue) }

  /// The URL in libcurl's notation, in which the names of SOCKS say who looks up names.
  var curlURL: String { url(scheme == .socks5 ? "socks5h" : scheme.rawValue) }

  private func url(_ scheme: String) -> String {
    "\(scheme)://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
  }
}

/// Why an option can't be used: its description is a sentence.
public struct HTTPOptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The mistake, and the right form.
  public let description: String

  init(_ description: String) { self.description = description }
}
