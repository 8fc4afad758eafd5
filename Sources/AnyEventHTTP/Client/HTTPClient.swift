public import AnyEvent
internal import Synchronization

/// A client for HTTP on a loop, with connections that it keeps for a while.
///
///     let client = HTTPClient()
///     client.send(HTTPRequest("https://www.example.com/")) { response in
///       print(response.status, response.body ?? "")
///     }
///
/// It is used on the thread of its loop. Requests and connections keep their client alive. A child of a `fork` cannot use
/// the connections of its parent, so requests that were under way fail there. What Perl's names do, on
/// clients that are shared by the requests of a loop, a client can do as well.
public final class HTTPClient {
  /// The loop.
  public let loop: Loop
  /// The settings of requests that have none of their own, from the next request on.
  public var settings: HTTPSettings {
    didSet { if settings != oldValue { apply() } }
  }
  private var engine: CurlEngine?
  private var exchanges: [ObjectIdentifier: HTTPExchange] = [:]
  private var names = NameMemory()
  private let key: SharedKey?

  /// A client whose connections nobody else uses.
  public convenience init(on loop: Loop = .current, _ settings: HTTPSettings = .standard) {
    self.init(loop, settings, nil)
  }

  private init(_ loop: Loop, _ settings: HTTPSettings, _ key: SharedKey?) {
    self.loop = loop
    self.settings = settings
    self.key = key
  }

  deinit {
    if let key { Self.shared.withLock { $0[key] = nil } }
  }

  /// Sends a request and calls `done` once, with the response or an error, but not before this returns.
  ///
  /// The request goes on until then, unless it is cancelled or the loop is closed.
  @discardableResult
  public func send(
    _ request: HTTPRequest, _ done: @escaping (_ response: HTTPResponse) -> Void
  ) -> HTTPExchange {
    loop.preconditionOnLoop()
    let exchange = HTTPExchange(self, request, done)
    // The engine learns of the end of the loop; when that has come, nothing is called any more.
    guard loop.isOpen else {
      exchange.cancel()
      return exchange
    }
    exchanges[ObjectIdentifier(exchange)] = exchange
    if engine == nil { makeEngine() }
    exchange.begin()
    return exchange
  }

  /// How many connections are busy.
  ///
  /// Corresponds to Perl's `$AnyEvent::HTTP::ACTIVE`.
  public var activeConnections: Int { engine?.activeConnections ?? 0 }

  /// Cancels all requests and closes all connections; the client can be used again.
  public func close() {
    loop.preconditionOnLoop()
    // A request that is sent meanwhile, by a deinitializer for instance, gets another engine.
    let old = engine
    engine = nil
    for exchange in exchanges.values { exchange.cancel() }
    old?.end()
  }

  private func apply() {
    engine?.limit(connectionsPerHost: settings.maxConnectionsPerHost)
    engine?.idleTimeout = settings.idleTimeout
  }
}

// MARK: - For exchanges

extension HTTPClient {
  func start(_ transfer: Transfer) -> Bool {
    engine?.leaveToParent()
    guard let engine = engine ?? makeEngine() else { return false }
    engine.start(transfer)
    return true
  }

  func remove(_ transfer: Transfer) { engine?.remove(transfer) }

  func pause(_ transfer: Transfer, _ isPaused: Bool) { engine?.pause(transfer, isPaused) }

  /// Forgets an exchange that is over.
  func release(_ exchange: HTTPExchange) {
    exchanges[ObjectIdentifier(exchange)] = nil
    engine?.rest()
  }

  /// Finds the addresses of a host; the answer may come before this returns.
  func addresses(
    of host: String, _ port: Int,
    _ done: @escaping (Result<[String], SocketError>) -> Void
  ) -> Resolution? {
    if let known = names[host] {
      done(.success(known))
      return nil
    }
    return loop.resolve(host, port) { [weak self] result in
      let found = result.map { $0.map(\.host) }
      if case .success(let addresses) = found { self?.names[host] = addresses }
      done(found)
    }
  }

  @discardableResult
  private func makeEngine() -> CurlEngine? {
    let made = CurlEngine(on: loop, settings)
    made?.isAwaited = { [unowned self] in !exchanges.isEmpty }
    // Kept connections keep the client.
    made?.ended = { [self, weak made] in engineEnded(made) }
    engine = made
    return made
  }

  private func engineEnded(_ held: CurlEngine?) {
    if engine === held { engine = nil }
    if !loop.isOpen {
      // The loop calls nothing any more.
      for exchange in exchanges.values { exchange.cancel() }
    }
    withExtendedLifetime(held) {}
  }
}

/// The addresses of hosts that were connected to, for a minute.
///
/// A request on a kept connection needs no name server.
private struct NameMemory {
  private var known = TextDictionary<(addresses: [String], end: ContinuousClock.Instant)>()

  subscript(host: String) -> [String]? {
    get {
      guard let entry = known[host], entry.end > .now else { return nil }
      return entry.addresses
    }
    set {
      if known.count >= 1000 { known = [:] }
      known[host] = newValue.map { ($0, .now + .seconds(60)) }
    }
  }
}

// MARK: - Shared clients

/// Which requests share a client.
private struct SharedKey: Hashable, Sendable {
  let loop: ObjectIdentifier
  let session: Text?
}

/// A client that lives as long as a request uses it; its loop, which is the key, lives as long.
private struct SharedClient: @unchecked Sendable {
  weak var client: HTTPClient?
}

extension HTTPClient {
  private static let shared = Mutex<[SharedKey: SharedClient]>([:])

  /// The client that all requests with this session on this loop share, with the present
  /// ``HTTPSettings/standard``.
  ///
  /// It is forgotten with its last reference, request and connection.
  public static func shared(on loop: Loop = .current, session: String? = nil) -> HTTPClient {
    loop.preconditionOnLoop()
    let key = SharedKey(loop: ObjectIdentifier(loop), session: session.map { Text($0) })
    if let known = shared.withLock({ $0[key] })?.client {
      known.settings = .standard
      return known
    }
    let made = HTTPClient(loop, .standard, key)
    shared.withLock { $0[key] = SharedClient(client: made) }
    return made
  }

  /// The shared clients of a loop.
  public static func allShared(on loop: Loop = .current) -> [HTTPClient] {
    loop.preconditionOnLoop()
    let id = ObjectIdentifier(loop)
    return shared.withLock { $0.filter { $0.key.loop == id }.values.map { $0 } }
      .compactMap(\.client)
  }
}
