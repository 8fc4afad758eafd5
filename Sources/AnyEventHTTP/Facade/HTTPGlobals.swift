// The spellings of Perl's `AnyEvent::HTTP::set_proxy` and the like: written `AnyEventHTTP.set_proxy(…)`,
// with the module's name.

/// Sets the proxy of requests that name none, by its URL `http://host:port`; nil: none.
///
/// Throws ``HTTPOptionError`` when the URL is of another form. Corresponds to Perl's
/// `AnyEvent::HTTP::set_proxy`.
public func set_proxy(_ url: String?) throws(HTTPOptionError) {
  HTTPSettings.standard.proxy = if let url { try HTTPProxy(url: url) } else { nil }
}

/// Removes the cookies that have expired, and, if `session_end` is true, those of the session.
///
/// Corresponds to Perl's `AnyEvent::HTTP::cookie_jar_expire`.
public func cookie_jar_expire(_ jar: CookieJar, _ session_end: Bool = false) {
  jar.expire(sessionEnd: session_end)
}

/// The date of seconds since 1970 as headers have it.
///
/// Corresponds to Perl's `AnyEvent::HTTP::format_date`.
public func format_date(_ timestamp: Double) -> String {
  format_date(Int(exactly: max(0, min(timestamp, 1e12)).rounded(.down)) ?? 0)
}

/// The date of whole seconds since 1970 as headers have it.
public func format_date(_ timestamp: some BinaryInteger) -> String {
  HTTPDate.text(Int(clamping: timestamp))
}

/// The seconds since 1970 of a date as headers and cookies have it; nil if it is none.
///
/// Corresponds to Perl's `AnyEvent::HTTP::parse_date`.
public func parse_date(_ date: String?) -> Int? { date.flatMap { HTTPDate.timestamp($0) } }

/// How many redirections a request follows unless it says otherwise.
///
/// This and the other variables may be used from any thread. Corresponds to Perl's
/// `$AnyEvent::HTTP::MAX_RECURSE`.
public var MAX_RECURSE: Int {
  get { HTTPSettings.standard.maxRedirects }
  set { HTTPSettings.standard.maxRedirects = newValue }
}

/// Seconds without progress after which a request fails unless it says otherwise.
///
/// Corresponds to Perl's `$AnyEvent::HTTP::TIMEOUT`.
public var TIMEOUT: Double {
  get { HTTPSettings.standard.timeout }
  set { HTTPSettings.standard.timeout = newValue }
}

/// The User-Agent of requests that have none.
///
/// Corresponds to Perl's `$AnyEvent::HTTP::USERAGENT`.
public var USERAGENT: String? {
  get { HTTPSettings.standard.userAgent }
  set { HTTPSettings.standard.userAgent = newValue }
}

/// How many connections to one host there may be; further requests wait.
///
/// Corresponds to Perl's `$AnyEvent::HTTP::MAX_PER_HOST`.
public var MAX_PER_HOST: Int {
  get { HTTPSettings.standard.maxConnectionsPerHost }
  set { HTTPSettings.standard.maxConnectionsPerHost = newValue }
}

/// Seconds after which an unused connection is closed.
///
/// Corresponds to Perl's `$AnyEvent::HTTP::PERSISTENT_TIMEOUT`.
public var PERSISTENT_TIMEOUT: Double {
  get { HTTPSettings.standard.idleTimeout }
  set { HTTPSettings.standard.idleTimeout = newValue }
}

/// How many connections are busy on the current loop.
///
/// Corresponds to Perl's `$AnyEvent::HTTP::ACTIVE`.
public var ACTIVE: Int { HTTPClient.allShared().reduce(0) { $0 + $1.activeConnections } }
