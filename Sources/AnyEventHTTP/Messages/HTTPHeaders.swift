public import AnyEvent

/// The headers of a response, with its status, or with the error that came instead of a response.
///
///     if hdr.isSuccess { print(hdr["content-type"] ?? "") }
///     else { print("error, \(hdr.status) \(hdr.reason)") }
///
/// Header fields have names in small letters; the pseudo-headers `Status`, `Reason`, `URL`,
/// `HTTPVersion`, `OrigStatus` and `OrigReason` are properties, and can be asked for by those names
/// as well. Corresponds to the hash `$headers` of Perl's `AnyEvent::HTTP`.
public struct HTTPHeaders: Sendable {
  /// The response's status, or a number from 590 to 599 for an error on this side.
  ///
  /// 595: there is no connection, or the proxy gives none. 596: TLS, sending the request, or
  /// receiving the headers failed. 597: receiving the body failed. 598: `on_header` or `on_body`
  /// ended the request. 599: another error, such as an invalid URL.
  public internal(set) var status: Int
  /// The text beside the status; for an error on this side a sentence about it.
  public internal(set) var reason: String
  /// The URL that has answered, after all redirections.
  public internal(set) var url: String
  /// The version in the status line, such as `1.1` or `2`; nil if no response has arrived.
  public internal(set) var httpVersion: String?
  /// The response's own status, if an error occurred behind its headers.
  public internal(set) var originalStatus: Int?
  /// The response's own reason, if an error occurred behind its headers.
  public internal(set) var originalReason: String?
  /// The header fields alone.
  public internal(set) var fields = TextDictionary<String>()
  /// One response at most; an array, because a response contains headers.
  private var redirects: [HTTPResponse] = []

  init(status: Int = 0, reason: String = "", url: String) {
    self.status = status
    self.reason = reason
    self.url = url
  }

  /// The response that has redirected to this one, whose headers may have such a response, too.
  ///
  /// Corresponds to the pseudo-header `Redirect`.
  public internal(set) var redirect: HTTPResponse? {
    get { redirects.first }
    set { redirects = newValue.map { [$0] } ?? [] }
  }

  /// Whether the status says success, 200 to 299.
  public var isSuccess: Bool { (200...299).contains(status) }

  /// The value of a header field or of a pseudo-header, nil without it.
  ///
  /// Several fields of one name are joined by a comma.
  public subscript(name: String) -> String? {
    switch name {
    case "Status": String(status)
    case "Reason": reason
    case "URL": url
    case "HTTPVersion": httpVersion
    case "OrigStatus": originalStatus.map { String($0) }
    case "OrigReason": originalReason
    default: fields[name] ?? fields[name.lowercased()]
    }
  }

  /// Adds a field, behind a comma if there is one of its name.
  mutating func add(_ name: String, _ value: String) {
    if fields[name] == nil { fields[name] = value } else { fields[name]?.append("," + value) }
  }

  /// Turns the headers into those of an error.
  mutating func fail(_ failure: HTTPFailure) {
    if httpVersion != nil {
      originalStatus = status
      originalReason = reason
    }
    status = failure.status
    reason = failure.reason
  }
}

extension HTTPHeaders: CustomStringConvertible {
  /// Status, reason and header fields, a line each, the fields in the order of their names.
  public var description: String {
    (["\(status) \(reason)"] + fields.keys.sorted().map { "\($0): \(fields[$0] ?? "")" })
      .joined(separator: "\n")
  }
}

/// A response, or the error that came instead of one.
public struct HTTPResponse: Sendable {
  /// The body; empty if `onBody` has had it, nil if an error occurred.
  public let body: HTTPBody?
  /// The headers, with the status.
  public let headers: HTTPHeaders

  /// The headers' status.
  public var status: Int { headers.status }
}

/// Why there is no whole response: a status from 590 to 599, and a sentence.
struct HTTPFailure: Error {
  let status: Int
  let reason: String

  /// A failure whose sentence may have parts from elsewhere: it becomes one printable line.
  init(_ status: Int, _ reason: String) {
    self.status = status
    self.reason = String(
      String.UnicodeScalarView(
        reason.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
  }
}
