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
  /// Seconds after which a name counts as unknown, whatever the servers do.
  public var timeLimit = 5.0
  private var channel: NameChannel?
  private var watchers: [CInt: (reading: IOWatcher?, writing: IOWatcher?)] = [:]
  private var timer: TimerWatcher?
  private var queries: [ObjectIdentifier: NameQuery] = [:]
  /// Whether the timer is set at the end of this iteration.
  private var willSettle = false

  init(on loop: Loop) { self.loop = loop }

  /// Waits for the addresses of a host, blocking the calling thread for at most so many seconds.
  ///
  /// For what must be known before the loop runs, such as where to listen.
  ///
  /// - Returns: the addresses, with port 0; none when the name has none, or no server answers.
  package func wait(for host: String, atMost seconds: Double) -> [SocketAddress] {
    if let numeric = SocketAddress(ip: host, port: 0) { return [numeric] }
    let channel = try? NameChannel(servers: servers, tryTime: min(tryTime, 1), tries: tries)
    let found = channel?.wait(for: host, limit: min(timeLimit, seconds))
    return (try? found?.get()) ?? []
  }

  func start(_ query: NameQuery) {
    queries[ObjectIdentifier(query)] = query
    let limit = timeLimit
    query.timer = loop.timer(after: limit) { [unowned self, weak query] in
      guard let query else { return }
      answered(query, .failure(.tooLate(limit)))
      settle()
    }
    ask(query)
    settle()
  }

  private func ask(_ query: NameQuery) {
    do throws(NameFailure) {
      try open().ask(query.host) { [unowned self, weak query] result in
        if let query { answered(query, result) }
      }
    } catch {
      answered(query, .failure(error))
    }
  }

  /// Asks once more what is not answered, in the child of a fork: the sockets are the parent's as well,
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
      query.resolution?.cancel()
    }
    drop()
  }

  private func open() throws(NameFailure) -> NameChannel {
    if let channel { return channel }
    let made = try NameChannel(servers: servers, tryTime: tryTime, tries: tries)
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

  /// Takes an answer from within c-ares: the user's callback comes later.
  private func answered(_ query: NameQuery, _ result: Result<[SocketAddress], NameFailure>) {
    guard queries.removeValue(forKey: ObjectIdentifier(query)) != nil else { return }
    query.timer = nil
    loop.postpone { query.finish(result) }
  }

  /// Waits for what comes next; without questions all sockets and memory are given back.
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
    // The sockets are closed as the channel goes: their watchers first.
    let unused = channel
    unused?.changed = nil
    channel = nil
    watchers = [:]
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

/// A host name that is being looked up; the resolver keeps it until the answer or the time limit.
final class NameQuery {
  let host: String
  let port: Int
  weak var resolution: Resolution?
  var timer: TimerWatcher?

  init(_ host: String, port: Int, _ resolution: Resolution) {
    self.host = host
    self.port = port
    self.resolution = resolution
  }

  func finish(_ result: Result<[SocketAddress], NameFailure>) {
    let port = self.port
    resolution?.finish(
      result.map { $0.map { SocketAddress($0.kind, port: port) } }
        .mapError {
          SocketError(code: ENXIO, "cannot resolve \"\(host)\": \($0.reason)")
        })
  }
}

extension Loop {
  /// What looks up host names on this loop.
  public var resolver: Resolver {
    if let known = self[only: Resolver.self] { return known }
    let made = Resolver(on: self)
    self[only: Resolver.self] = made
    return made
  }
}
