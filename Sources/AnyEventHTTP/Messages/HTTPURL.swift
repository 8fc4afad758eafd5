internal import CCurl
internal import Glibc

/// A URL that can be requested, in its parts.
struct HTTPURL {
  /// The whole URL.
  let text: String
  /// `http` or `https`.
  let scheme: String
  /// The host, without brackets, in small letters, international names in their ASCII form.
  let host: String
  let port: Int
  /// The URL without user, password and fragment, as the header `Referer` has it.
  let referer: String

  /// Reads a URL; the failure says why it cannot be used, without quoting it.
  init(_ text: String) throws(HTTPFailure) {
    try self.init(text, relativeTo: nil)
  }

  /// Reads a URL that may be relative to another one, such as the URL of a redirection.
  init(_ text: String, relativeTo base: HTTPURL?) throws(HTTPFailure) {
    guard let parts = curl_url() else { throw Self.unusable }
    defer { curl_url_cleanup(parts) }
    if let base { try Self.set(parts, base.text) }
    try Self.set(parts, text, isForeign: base != nil)
    scheme = Self.get(parts, CURLUPART_SCHEME)?.lowercased() ?? ""
    guard scheme == "http" || scheme == "https" else {
      throw HTTPFailure(599, "only the URL schemes http and https are supported")
    }
    guard let host = Self.get(parts, CURLUPART_HOST, CURLU_PUNYCODE), !host.isEmpty,
      let port = Self.get(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ Int($0) }),
      (1...65535).contains(port), let whole = Self.get(parts, CURLUPART_URL)
    else { throw Self.unusable }
    self.text = whole
    self.host = (host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host).lowercased()
    self.port = port
    for part in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_FRAGMENT] {
      curl_url_set(parts, part, nil, 0)
    }
    referer = Self.get(parts, CURLUPART_URL) ?? ""
  }

  /// Whether both URLs belong to one server, which may see the same secrets.
  func hasOrigin(of other: HTTPURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// Whether a host is an address, which needs no look-up.
  static func isNumeric(_ host: String) -> Bool {
    var address = in6_addr()
    let family = host.utf8.contains(UInt8(ascii: ":")) ? AF_INET6 : AF_INET
    return inet_pton(family, host, &address) == 1
  }

  private static let unusable = HTTPFailure(
    599, "the URL cannot be used: write it as http://host/path, with its spaces encoded as %20")

  private static func set(
    _ parts: OpaquePointer, _ text: String, isForeign: Bool = false
  ) throws(HTTPFailure) {
    // C would take only the text before a zero byte.
    guard !text.isEmpty, !text.utf8.contains(0) else { throw unusable }
    // A server's redirection may have spaces in its URL; in a program's URL a space is a mistake.
    let flags = CURLU_NON_SUPPORT_SCHEME | (isForeign ? CURLU_URLENCODE : 0)
    guard curl_url_set(parts, CURLUPART_URL, text, UInt32(flags)) == CURLUE_OK else {
      throw unusable
    }
  }

  private static func get(
    _ parts: OpaquePointer, _ part: CURLUPart, _ flags: CInt = 0
  ) -> String? {
    var found: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &found, UInt32(flags)) == CURLUE_OK, let found else {
      return nil
    }
    defer { curl_free(found) }
    return String(cString: found)
  }
}
