internal import Glibc
internal import Synchronization

/// Settings for all requests of a client, unless a request has its own.
///
/// Corresponds to the global variables of Perl's `AnyEvent::HTTP`.
public struct HTTPSettings: Hashable, Sendable {
  /// Seconds without any progress after which a request fails.
  public var timeout = 300.0
  /// The name of the program that requests carry, as `User-Agent`.
  public var userAgent: String? = "Mozilla/5.0 (compatible; U; AnyEventHTTP; Swift)"
  /// How many redirections are followed.
  public var maxRedirects = 10
  /// How many connections to one host there may be; further requests wait.
  public var maxConnectionsPerHost = 4
  /// Seconds after which an unused connection is closed.
  public var idleTimeout = 3.0
  /// How many bytes the headers of a response may have.
  public var maxHeaderSize = 1 << 18
  /// The proxy, nil for none.
  public var proxy: HTTPProxy?

  /// The settings that programs begin with, without a proxy.
  public init() {}

  /// The settings of clients that are given none, and of requests by Perl's names.
  ///
  /// The proxy is at first that of the environment's `http_proxy`. May be used from any thread.
  public static var standard: HTTPSettings {
    get { shared.withLock { $0 } }
    set { shared.withLock { $0 = newValue } }
  }

  private static let shared = Mutex(ofEnvironment)

  private static var ofEnvironment: HTTPSettings {
    var settings = HTTPSettings()
    // In a CGI program a header of the request could have set it.
    if getenv("REQUEST_METHOD") == nil, let url = getenv("http_proxy") {
      settings.proxy = try? HTTPProxy(url: String(cString: url))
    }
    return settings
  }
}
