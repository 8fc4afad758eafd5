public import AnyEvent

/// Sends a request of any method and calls `cb` once, with body and headers of the response.
///
/// The body is nil if an error occurred, and `hdr` says which, see ``HTTPHeaders/status``. Options are
/// those of ``HTTPRequest``. As a statement it goes on until then; assigned to a `Guard`, as in
/// `let g: Guard = http_request(…)`, it ends when that goes. On the loop's thread only. Corresponds to
/// Perl's `http_request`.
/// - Parameters:
///   - method: the method, such as `GET`.
///   - url: an absolute URL, `http` or `https`.
///   - recurse: how many redirections are followed.
///   - headers: header fields; one that is nil is not sent.
///   - timeout: seconds without any progress after which the request fails.
///   - proxy: `.http(host, port)`, or nil for none.
///   - body: a text or bytes.
///   - cookie_jar: the cookies that are sent, and where those of responses go.
///   - tls_ctx: whom the request trusts over TLS, unlike in Perl `.high` unless it is said.
///   - sessionid: only connections with the same one are used again.
///   - bind: the address or interface from which connections are made.
///   - on_prepare: called with each socket before it is connected; returns the seconds that connecting
///     may take, 0 for `timeout`.
///   - tcp_connect: connects in place of this module.
///   - on_header: called with the headers; false ends the request.
///   - on_body: called with each piece of the body; false ends the request.
///   - persistent: whether a connection is used again, and kept.
///   - keepalive: whether servers are asked in the manner of HTTP/1.0 to keep the connection.
///   - max_body: how many bytes the body of the response may have.
///   - cb: called once, never before this returns.
public func http_request(
  _ method: String, _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, body: any HTTPBodyConvertible = HTTPBody(),
  cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) {
  requesting(
    method, url, recurse, headers, timeout, proxy, body, cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
}

/// Sends a request and calls `cb` once; the request ends when the returned guard goes.
@_disfavoredOverload
public func http_request(
  _ method: String, _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, body: any HTTPBodyConvertible = HTTPBody(),
  cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) -> Guard {
  let exchange = requesting(
    method, url, recurse, headers, timeout, proxy, body, cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
  return Guard { exchange.cancel() }
}

/// Sends a GET request, with the options of `http_request`.
///
/// Corresponds to Perl's `http_get`.
public func http_get(
  _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) {
  requesting(
    "GET", url, recurse, headers, timeout, proxy, HTTPBody(), cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
}

/// Sends a GET request and calls `cb` once; the request ends when the returned guard goes.
@_disfavoredOverload
public func http_get(
  _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) -> Guard {
  let exchange = requesting(
    "GET", url, recurse, headers, timeout, proxy, HTTPBody(), cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
  return Guard { exchange.cancel() }
}

/// Sends a HEAD request, with the options of `http_request`.
///
/// Corresponds to Perl's `http_head`.
public func http_head(
  _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) {
  requesting(
    "HEAD", url, recurse, headers, timeout, proxy, HTTPBody(), cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
}

/// Sends a HEAD request and calls `cb` once; the request ends when the returned guard goes.
@_disfavoredOverload
public func http_head(
  _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) -> Guard {
  let exchange = requesting(
    "HEAD", url, recurse, headers, timeout, proxy, HTTPBody(), cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
  return Guard { exchange.cancel() }
}

/// Sends a POST request with this body, with the options of `http_request`.
///
/// Corresponds to Perl's `http_post`.
public func http_post(
  _ url: String, _ body: any HTTPBodyConvertible,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) {
  requesting(
    "POST", url, recurse, headers, timeout, proxy, body, cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
}

/// Sends a POST request and calls `cb` once; the request ends when the returned guard goes.
@_disfavoredOverload
public func http_post(
  _ url: String, _ body: any HTTPBodyConvertible,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil,
  on_body: ((_ partial_body: HTTPBody, _ hdr: HTTPHeaders) -> Bool)? = nil,
  persistent: Bool? = nil, keepalive: Bool? = nil, max_body: Int? = nil,
  _ cb: @escaping (_ body: HTTPBody?, _ hdr: HTTPHeaders) -> Void
) -> Guard {
  let exchange = requesting(
    "POST", url, recurse, headers, timeout, proxy, body, cookie_jar, tls_ctx, sessionid, bind,
    on_prepare,
    tcp_connect, on_header, on_body, persistent, keepalive, max_body, cb)
  return Guard { exchange.cancel() }
}

@discardableResult
private func requesting(
  _ method: String, _ url: String, _ recurse: Int?, _ headers: HTTPFields, _ timeout: Double?,
  _ proxy: HTTPRequest.Route, _ body: any HTTPBodyConvertible, _ cookies: CookieJar?,
  _ trust: HTTPTrust, _ session: String?, _ bind: String?, _ onPrepare: ((CInt) -> Double)?,
  _ connect: HTTPRequest.Connector?, _ onHeader: ((HTTPHeaders) -> Bool)?,
  _ onBody: ((HTTPBody, HTTPHeaders) -> Bool)?, _ persistent: Bool?, _ keepalive: Bool?,
  _ maxBody: Int?, _ done: @escaping (HTTPBody?, HTTPHeaders) -> Void
) -> HTTPExchange {
  let request = HTTPRequest(
    method, url, recurse, headers, timeout, proxy, body, cookies, trust, bind, onPrepare, connect,
    onHeader, onBody: onBody, persistent, keepalive, maxBody: maxBody)
  return HTTPClient.shared(session: session).send(request) { done($0.body, $0.headers) }
}

extension HTTPRequest {
  /// The request that the arguments of Perl's functions describe.
  init(
    _ method: String, _ url: String, _ recurse: Int?, _ headers: HTTPFields, _ timeout: Double?,
    _ proxy: Route, _ body: any HTTPBodyConvertible, _ cookies: CookieJar?, _ trust: HTTPTrust,
    _ bind: String?, _ onPrepare: ((CInt) -> Double)?, _ connect: Connector?,
    _ onHeader: ((HTTPHeaders) -> Bool)?, onBody: ((HTTPBody, HTTPHeaders) -> Bool)?,
    _ persistent: Bool?, _ keepalive: Bool?, maxBody: Int?
  ) {
    // As Perl does it; `HTTPRequest` takes methods as they are.
    self.init(method.uppercased(), url)
    self.recurse = recurse
    self.headers = headers
    self.timeout = timeout
    self.proxy = proxy
    self.body = body.httpBody
    self.cookies = cookies
    self.trust = trust
    self.bind = bind
    self.onPrepare = onPrepare
    self.connect = connect
    self.onHeader = onHeader
    self.onBody = onBody
    self.persistent = persistent
    self.keepalive = keepalive
    maxBodySize = maxBody
  }
}
