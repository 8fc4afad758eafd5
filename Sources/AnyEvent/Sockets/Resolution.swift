internal import Glibc

/// A resolution of a host name that is under way; it is cancelled when its last reference goes.
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
      let query = NameQuery(host, port: port, self)
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

  /// What is known without asking anybody.
  private enum Known {
    /// The outcome for paths, numeric addresses and hosts that make no sense.
    case result(Result<[SocketAddress], SocketError>)
    /// A host name, to be looked up, and the port.
    case name(port: Int)
  }

  private static func known(_ host: String, _ service: String) -> Known {
    if host == "unix/" {
      guard let address = SocketAddress(path: service) else {
        return .result(
          .failure(SocketError("cannot use \"\(service)\" as a socket path", code: ENAMETOOLONG)))
      }
      return .result(.success([address]))
    }
    guard let port = lookUpPort(service) else {
      return .result(
        .failure(
          SocketError(
            code: ENXIO, "\"\(service)\" is neither a port nor a known service")))
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
