internal import Glibc

/// Finds the addresses of host names, on a loop and without blocking it.
///
/// It honours `/etc/hosts`, `/etc/resolv.conf` and its search domains, and asks name servers by
/// itself (by c-ares). Changes of the settings, and of those files, count for the questions that come
/// when no other is under way. The loop's thread only. Corresponds to Perl's `AnyEvent::DNS`.
public final class Resolver: LoopResident {
  private unowned(unsafe) let loop: Loop
  /// The name servers as `host:port`, the host numeric; those of `/etc/resolv.conf` if there are none.
  public var servers: [String] = []
  /// Seconds that a server gets for its first answer; it is doubled for each further attempt.
  public var tryTime = 1.5
  /// How often each server is asked.
  public var tries = 2
  /// Seconds after which a name counts as unknown, in any case.
  public var timeLimit = 5.0
  /// The domains that are put behind a name, in turn; nil for those of `/etc/resolv.conf`.
  public var domains: [String]?
  /// The number of dots that a name must have to be asked for as it is at first; nil for that of
  /// `/etc/resolv.conf`.
  public var dots: Int?
  /// The families of the addresses that names may have, 4 and 6, the preferred one first; nil for both in the
  /// system's order.
  public var families: [Int]?
  /// Whether servers are told that answers up to 4 KiB may come by UDP.
  public var usesEDNS = false
  /// The file that is read in place of `/etc/resolv.conf`.
  public var configurationFile: String?
  private var channel: NameChannel?
  private var watchers: [CInt: (reading: IOWatcher?, writing: IOWatcher?)] = [:]
  private var timer: TimerWatcher?
  private var queries: [ObjectIdentifier: NameQuery] = [:]
  /// Whether the timer is set at the end of this iteration.
  private var willSettle = false

  /// A resolver with servers and limits of its own; that of the loop is `loop.resolver`.
  public init(on loop: Loop) { self.loop = loop }

  /// Waits for the addresses of a host, blocking the calling thread for at most so many seconds.
  ///
  /// For names that must be known before the loop runs, such as those of addresses to listen on.
  ///
  /// - Returns: the addresses, with port 0; none when the name has none, or no server answers.
  package func wait(for host: String, atMost seconds: Double) -> [SocketAddress] {
    if let numeric = SocketAddress(ip: host, port: 0) { return [numeric] }
    var settings = settings
    settings.tryTime = min(tryTime, 1)
    let channel = try? NameChannel(settings)
    let found = channel?.wait(for: InternationalName.sent(host), limit: min(timeLimit, seconds))
    return ordered((try? found?.get()) ?? [])
  }

  private var settings: NameChannel.Settings {
    NameChannel.Settings(
      servers: servers, tryTime: tryTime, tries: tries, domains: domains, dots: dots,
      usesEDNS: usesEDNS, file: configurationFile)
  }

  /// Asks a question; the resolver lives at least until it is answered.
  func start(_ query: NameQuery) {
    if queries.isEmpty, loop[only: Resolver.self] !== self { loop.keep(self) }
    queries[ObjectIdentifier(query)] = query
    let limit = timeLimit
    query.timer = loop.timer(after: limit) { [unowned self, weak query] in
      guard let query else { return }
      answered(query) { query.fail(.tooLate(limit)) }
      settle()
    }
    ask(query)
    settle()
  }

  private func ask(_ query: NameQuery) {
    do throws(NameFailure) {
      query.ask(try open()) { [unowned self, weak query] finish in
        if let query { answered(query, finish) }
      }
    } catch {
      answered(query) { query.fail(error) }
    }
  }

  /// Asks all open questions again, in the child of a fork: the old sockets are shared with the parent,
  /// and so are the answers that come to them.
  func loopForked() {
    drop()
    for query in queries.values { ask(query) }
    settle()
  }

  func cancel(_ query: NameQuery) {
    query.timer = nil
    if queries.removeValue(forKey: ObjectIdentifier(query)) != nil { settle() }
  }

  /// Forgets all questions at once.
  func loopCloses() {
    let held = queries
    queries = [:]
    for query in held.values {
      query.timer = nil
      query.drop()
    }
    drop()
  }

  private func open() throws(NameFailure) -> NameChannel {
    if let channel { return channel }
    let made = try NameChannel(settings)
    made.changed = { [unowned self] in watch($0, $1) }
    channel = made
    return made
  }

  private func watch(_ socket: CInt, _ interest: NameChannel.Interest?) {
    guard let interest else {
      watchers[socket] = nil
      return
    }
    var known = watchers[socket] ?? (nil, nil)
    if !interest.reading {
      known.reading = nil
    } else if known.reading == nil {
      known.reading = loop.io(socket, .read) { [unowned self] in process(socket, .read) }
    }
    if !interest.writing {
      known.writing = nil
    } else if known.writing == nil {
      known.writing = loop.io(socket, .write) { [unowned self] in process(socket, .write) }
    }
    watchers[socket] = known
  }

  private func process(_ socket: CInt, _ mode: IOMode) {
    channel?.process(socket, readable: mode == .read, writable: mode == .write)
    settle()
  }

  /// Takes an answer in a callback of c-ares, in which the user's callback must not be called.
  private func answered(_ query: NameQuery, _ finish: @escaping () -> Void) {
    guard queries.removeValue(forKey: ObjectIdentifier(query)) != nil else { return }
    query.timer = nil
    loop.postpone(finish)
  }

  /// Sets the timer for the open questions; without any, gives back all sockets and memory.
  ///
  /// c-ares looks at all questions to say how long to wait, so it is asked once an iteration.
  private func settle() {
    guard !queries.isEmpty else { return drop() }
    guard !willSettle else { return }
    willSettle = true
    loop.postpone { [unowned self] in
      willSettle = false
      if !queries.isEmpty { setTimer() }
    }
  }

  /// Gives up the channel and its sockets.
  private func drop() {
    timer = nil
    // The channel closes its sockets when it goes, so their watchers go first.
    let unused = channel
    unused?.changed = nil
    channel = nil
    watchers = [:]
    if queries.isEmpty, loop[only: Resolver.self] !== self { loop.release(self) }
    withExtendedLifetime(unused) {}
  }

  private func setTimer() {
    timer = nil
    guard let wait = channel?.timeToWait else { return }
    timer = loop.timer(after: max(wait, 0.001)) { [unowned self] in
      channel?.process(-1, readable: false, writable: false)
      settle()
    }
  }
}

/// A question to name servers; the resolver keeps it until the answer or the time limit.
final class NameQuery {
  /// Puts the question to a channel, and is told how to finish when there is an answer.
  fileprivate let ask: (NameChannel, _ answered: @escaping (@escaping () -> Void) -> Void) -> Void
  /// Finishes without an answer.
  fileprivate let fail: (NameFailure) -> Void
  /// Forgets the callback, because the loop is closed.
  fileprivate let drop: () -> Void
  fileprivate var timer: TimerWatcher?

  init<Answer>(
    _ question:
      @escaping (NameChannel, _ done: @escaping (Result<Answer, NameFailure>) -> Void) -> Void,
    drop: @escaping () -> Void = {}, _ done: @escaping (Result<Answer, NameFailure>) -> Void
  ) {
    ask = { channel, answered in question(channel) { result in answered { done(result) } } }
    fail = { done(.failure($0)) }
    self.drop = drop
  }
}

extension Loop {
  /// The resolver of this loop.
  public var resolver: Resolver {
    if let known = self[only: Resolver.self] { return known }
    let made = Resolver(on: self)
    // A guest takes nothing from its host's environment.
    if kind == .own, !LogSystem.isGuest { made.takeEnvironment() }
    self[only: Resolver.self] = made
    return made
  }
}

// MARK: - Resolutions

/// A resolution of a host name in progress; it is cancelled when its last reference goes.
public final class Resolution {
  private let loop: Loop
  private var query: NameQuery?
  private var callback: ((Result<[SocketAddress], SocketError>) -> Void)?

  init(
    on loop: Loop, _ host: String, _ service: String,
    _ callback: @escaping (Result<[SocketAddress], SocketError>) -> Void
  ) {
    self.loop = loop
    guard loop.state == .open else { return }
    self.callback = callback
    switch Self.known(host, service) {
    case .result(let result): loop.postpone { [weak self] in self?.finish(result) }
    case .name(let port):
      let name = InternationalName.sent(host)
      let query = NameQuery(
        { $0.ask(name, $1) }, drop: { [weak self] in self?.cancel() },
        { [weak self] in
          guard let self else { return }
          finish(Self.result($0.flatMap(loop.resolver.allowed), host, port))
        })
      self.query = query
      loop.resolver.start(query)
    }
  }

  /// Makes sure that the callback is not called; may be called more than once.
  public func cancel() {
    guard callback != nil else { return }
    loop.preconditionOnLoop()
    let held = callback
    callback = nil
    if let query { loop.resolver.cancel(query) }
    query = nil
    withExtendedLifetime(held) {}
  }

  func finish(_ result: Result<[SocketAddress], SocketError>) {
    let callback = self.callback
    self.callback = nil
    query = nil
    callback?(result)
  }

  private static func result(
    _ found: Result<[SocketAddress], NameFailure>, _ host: String, _ port: Int
  ) -> Result<[SocketAddress], SocketError> {
    found.map { $0.map { SocketAddress($0.kind, port: port) } }
      .mapError { SocketError(code: ENXIO, "cannot resolve \"\(host)\": \($0.reason)") }
  }

  /// The result of a look at host and service before a name server is asked.
  private enum Known {
    /// The outcome for paths, numeric addresses and invalid hosts.
    case result(Result<[SocketAddress], SocketError>)
    /// A host name, to be looked up, and the port.
    case name(port: Int)
  }

  private static func known(_ host: String, _ service: String) -> Known {
    if host == "unix/" {
      return .result(
        SocketAddress(path: service).map { .success([$0]) } ?? .failure(.badPath(service)))
    }
    guard let port = lookUpPort(service) else {
      return .result(.failure(.unknownService(service, code: ENXIO)))
    }
    if let numeric = SocketAddress(ip: host, port: port) { return .result(.success([numeric])) }
    if let zone = SocketAddress.missingZone(of: host) {
      return .result(.failure(.noInterface(zone, host)))
    }
    return .name(port: port)
  }

  deinit { cancel() }
}

extension Loop {
  /// Finds the addresses of a host, in the order in which they should be tried.
  ///
  /// Numeric addresses and `"unix/"` with a path need no resolver. The callback is never called
  /// before this returns, and comes after at most `resolver.timeLimit` seconds. Corresponds to Perl's
  /// `resolve_sockaddr`.
  public func resolve(
    _ host: String, _ service: any TCPService,
    _ callback: @escaping (Result<[SocketAddress], SocketError>) -> Void
  ) -> Resolution {
    preconditionOnLoop()
    return Resolution(on: self, host, service.tcpService, callback)
  }
}

/// A resolution that the loop keeps until its answer, or until the loop is closed.
private final class KeptResolution: LoopResident {
  private let loop: Loop
  private var resolution: Resolution?

  init(
    on loop: Loop, _ host: String, _ service: any TCPService,
    _ callback: @escaping (Result<[SocketAddress], SocketError>) -> Void
  ) {
    self.loop = loop
    guard loop.state == .open else { return }
    loop.keep(self)
    resolution = loop.resolve(host, service) { [unowned self] result in
      loop.release(self)
      callback(result)
    }
  }

  func loopCloses() { resolution?.cancel() }
}

extension Loop {
  /// Finds addresses as ``resolve(_:_:_:)`` does, for a caller that keeps nothing.
  func resolveAndKeep(
    _ host: String, _ service: any TCPService,
    _ callback: @escaping (Result<[SocketAddress], SocketError>) -> Void
  ) {
    preconditionOnLoop()
    _ = KeptResolution(on: self, host, service, callback)
  }
}
