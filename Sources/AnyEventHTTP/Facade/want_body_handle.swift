public import AnyEvent

/// The value of `want_body_handle: .yes`; without a handle the option is left out, because the callback
/// is another one.
public enum WantBodyHandle: Sendable {
  /// The callback gets a handle.
  case yes
}

/// Sends a request and calls `cb` once, when the headers have arrived, with a handle that reads the body.
///
/// The handle is the caller's, and nil if an error occurred or there is no body: see
/// ``HTTPClient/open(_:_:)``. Destroying it ends the request. The other options are those of the form that
/// gives the body. Corresponds to Perl's `http_request` with `want_body_handle => 1`.
public func http_request(
  _ method: String, _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, body: any HTTPBodyConvertible = HTTPBody(),
  cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil, want_body_handle _: WantBodyHandle,
  persistent: Bool? = nil, keepalive: Bool? = nil,
  _ cb: @escaping (_ body: Handle?, _ hdr: HTTPHeaders) -> Void
) {
  opening(
    method, url, recurse, headers, timeout, proxy, body, cookie_jar, tls_ctx, sessionid, bind,
    on_prepare, tcp_connect, on_header, persistent, keepalive, cb)
}

/// Sends a request for a body handle; until `cb` is called the request ends when the returned guard goes.
@_disfavoredOverload
public func http_request(
  _ method: String, _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, body: any HTTPBodyConvertible = HTTPBody(),
  cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil, want_body_handle _: WantBodyHandle,
  persistent: Bool? = nil, keepalive: Bool? = nil,
  _ cb: @escaping (_ body: Handle?, _ hdr: HTTPHeaders) -> Void
) -> Guard {
  var isDelivered = false
  let exchange = opening(
    method, url, recurse, headers, timeout, proxy, body, cookie_jar, tls_ctx, sessionid, bind,
    on_prepare, tcp_connect, on_header, persistent, keepalive
  ) { handle, hdr in
    isDelivered = true
    cb(handle, hdr)
  }
  return Guard { if !isDelivered { exchange.cancel() } }
}

/// Sends a GET request and calls `cb` once with a handle that reads the body.
///
/// Corresponds to Perl's `http_get` with `want_body_handle => 1`.
public func http_get(
  _ url: String,
  recurse: Int? = nil, headers: HTTPFields = [:], timeout: Double? = nil,
  proxy: HTTPRequest.Route = .standard, cookie_jar: CookieJar? = nil,
  tls_ctx: HTTPTrust = .high, sessionid: String? = nil, bind: String? = nil,
  on_prepare: ((_ fh: CInt) -> Double)? = nil, tcp_connect: HTTPRequest.Connector? = nil,
  on_header: ((_ hdr: HTTPHeaders) -> Bool)? = nil, want_body_handle _: WantBodyHandle,
  persistent: Bool? = nil, keepalive: Bool? = nil,
  _ cb: @escaping (_ body: Handle?, _ hdr: HTTPHeaders) -> Void
) {
  opening(
    "GET", url, recurse, headers, timeout, proxy, HTTPBody(), cookie_jar, tls_ctx, sessionid, bind,
    on_prepare, tcp_connect, on_header, persistent, keepalive, cb)
}

@discardableResult
private func opening(
  _ method: String, _ url: String, _ recurse: Int?, _ headers: HTTPFields, _ timeout: Double?,
  _ proxy: HTTPRequest.Route, _ body: any HTTPBodyConvertible, _ cookies: CookieJar?,
  _ trust: HTTPTrust, _ session: String?, _ bind: String?, _ onPrepare: ((CInt) -> Double)?,
  _ connect: HTTPRequest.Connector?, _ onHeader: ((HTTPHeaders) -> Bool)?, _ persistent: Bool?,
  _ keepalive: Bool?, _ done: @escaping (Handle?, HTTPHeaders) -> Void
) -> HTTPExchange {
  let request = HTTPRequest(
    method, url, recurse, headers, timeout, proxy, body, cookies, trust, bind, onPrepare, connect,
    onHeader, onBody: nil, persistent, keepalive, maxBody: nil)
  return HTTPClient.shared(session: session).open(request, done)
}
