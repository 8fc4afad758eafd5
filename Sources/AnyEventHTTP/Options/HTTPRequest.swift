public import AnyEvent

/// A request, with the options for the way to its response.
///
///     var request = HTTPRequest("https://www.example.com/")
///     request.timeout = 30
///     client.send(request) { response in print(response.body ?? "") }
///
/// Corresponds to the arguments of Perl's `http_request`.
public struct HTTPRequest {
  /// A function that connects instead of this module, with the arguments of `tcp_connect`.
  ///
  /// It calls `connect` once, with a connected socket that then belongs to the caller, or with nil and `errno` set;
  /// its result is kept until then, and dropped when the request is cancelled.
  public typealias Connector = (
    _ host: String, _ service: any TCPService, _ connect: @escaping (_ fh: CInt?) -> Void,
    _ prepare: @escaping (_ fh: CInt) -> Double
  ) -> AnyObject?

  /// The method, such as `GET`.
  public var method = "GET"
  /// The URL, absolute, `http` or `https`.
  ///
  /// User and password in it are sent as Basic authorization.
  public var url: String
  /// Header fields.
  ///
  /// Host, Content-Length and Connection are made here. User-Agent, Referer and TE have standard values,
  /// and are left out if they are nil.
  public var headers: HTTPFields = [:]
  /// The body.
  public var body = HTTPBody()
  /// How many redirections are followed; nil: as the client's settings say.
  public var recurse: Int?
  /// Seconds without any progress after which the request fails; nil: as the client's settings say.
  ///
  /// Each attempt to connect, and whatever is sent or received, starts it anew. It does not run while
  /// the request waits for its turn. 0: there is no limit.
  public var timeout: Double?
  /// Which proxy is used.
  public var proxy = Route.standard
  /// The cookies that are sent, and where those of responses go; nil: none, and such headers are the
  /// caller's.
  public var cookies: CookieJar?
  /// Whom the request trusts over TLS.
  public var trust = HTTPTrust.high
  /// The address, or the name of the interface, from which connections are made.
  public var bind: String?
  /// Whether a kept connection is used, and the connection kept; nil: if the method is one that may be
  /// repeated.
  ///
  /// A request that a kept connection did not take any more is sent once again on a new one.
  public var persistent: Bool?
  /// Whether the server is asked in the manner of HTTP/1.0 to keep the connection; nil: unless there is
  /// a proxy.
  public var keepalive: Bool?
  /// How many bytes the body of a response may have; nil: any number.
  public var maxBodySize: Int?
  /// Called with each new socket before it is connected; returns the seconds that connecting may
  /// take, 0 for the request's time-out.
  public var onPrepare: ((_ fh: CInt) -> Double)?
  /// Connects instead of this module; such connections are not kept.
  public var connect: Connector?
  /// Called with the headers of a response that is not a followed redirection; false ends the request
  /// with status 598.
  public var onHeader: ((_ headers: HTTPHeaders) -> Bool)?
  /// Called with each piece of the body; false ends the request with status 598.
  ///
  /// Of the body of a followed redirection the first 64 KiB are kept then.
  public var onBody: ((_ piece: HTTPBody, _ headers: HTTPHeaders) -> Bool)?

  /// A choice of a proxy.
  public enum Route: Hashable, Sendable {
    /// The proxy of the client's settings.
    case standard
    /// No proxy.
    case direct
    /// This proxy.
    case through(HTTPProxy)

    /// Through an HTTP proxy: Perl's `proxy => [$host, $port]`.
    public static func http(_ host: String, _ port: Int) -> Route { .through(.http(host, port)) }

    /// Through a SOCKS 5 proxy.
    public static func socks5(_ host: String, _ port: Int) -> Route {
      .through(.socks5(host, port))
    }
  }

  /// A GET request for this URL.
  public init(_ url: String) { self.url = url }

  /// A request of this method for this URL.
  public init(_ method: String, _ url: String) {
    self.method = method
    self.url = url
  }

  /// Whether a kept connection is used.
  var isPersistent: Bool {
    persistent ?? ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
  }

  /// The request that follows a redirection, without the secrets if it goes to another server.
  func redirected(by status: Int, isSameOrigin: Bool) -> HTTPRequest {
    var next = self
    if status != 307, status != 308 {
      // All clients make a GET of it, whatever method the standards want to be repeated.
      if method != "HEAD" { next.method = "GET" }
      next.body = HTTPBody()
      next.headers.forget("Content-Type")
      next.headers.forget("Content-Encoding")
      next.headers.forget("Content-Language")
    }
    if !isSameOrigin {
      // The other server must not get credentials for this one.
      for name in ["Authorization", "Cookie", "Host"] { next.headers.forget(name) }
    }
    return next
  }
}

extension HTTPRequest.Route: ExpressibleByNilLiteral {
  /// No proxy: Perl's `proxy => undef`.
  public init(nilLiteral: ()) { self = .direct }
}
