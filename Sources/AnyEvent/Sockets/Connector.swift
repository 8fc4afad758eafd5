internal import Glibc

/// A connected, non-blocking socket; its receiver has to close it.
public struct ConnectedSocket: Sendable {
  /// The descriptor.
  public let fd: CInt
  /// The address of the other end.
  public let peer: SocketAddress
}

/// Connects to one host by trying its addresses one after the other.
///
/// While it is under way the loop keeps it.
final class Connector: LoopResident {
  /// Gets the outcome.
  ///
  /// `retry` gives a connection up for the next address; true if it has done so: then the caller closes
  /// the socket. A second call does nothing.
  typealias Completion = (Result<ConnectedSocket, SocketError>, _ retry: @escaping () -> Bool) ->
    Void

  private let loop: Loop
  private let prepare: ((CInt) -> Double)?
  private var completion: Completion?
  private var resolution: Resolution?
  private var addresses: [SocketAddress] = []
  private var lastError = SocketError(code: ENXIO, "the host has no address")
  private var fd: CInt = -1
  private var writable: IOWatcher?
  private var timeout: TimerWatcher?

  init(on loop: Loop, prepare: ((CInt) -> Double)?, _ completion: @escaping Completion) {
    self.loop = loop
    self.prepare = prepare
    self.completion = completion
  }

  func start(_ host: String, _ service: String) {
    guard loop.state == .open else { return }
    loop.keep(self)
    resolution = loop.resolve(host, service) { [unowned self] result in
      resolution = nil
      switch result {
      case .success(let found):
        addresses = found.reversed()
        tryNext()
      case .failure(let error):
        lastError = error
        tryNext()
      }
    }
  }

  func loopCloses() { cancel() }

  func cancel() {
    // Released at the end: the deinitializer of an object that the callback held may cancel again.
    let held = completion
    completion = nil
    giveUp()
    loop.release(self)
    withExtendedLifetime(held) {}
  }

  /// Drops the present attempt.
  private func giveUp() {
    resolution = nil
    timeout = nil
    writable = nil
    if fd >= 0 { _ = close(fd) }
    fd = -1
  }

  private func tryNext() {
    giveUp()
    guard let address = addresses.popLast() else { return finish(.failure(lastError)) }
    fd = address.makeSocket()
    guard fd >= 0 else { return fail(address, errno) }
    let limit = prepare?(fd) ?? 0
    // The callback may have cancelled everything.
    guard fd >= 0 else { return }
    let status = address.withNative { connect(fd, $0, $1) }
    guard status == 0 || errno == EINPROGRESS || errno == EINTR else { return fail(address, errno) }
    writable = loop.io(fd, .write) { [unowned self] in connected(address) }
    if limit > 0 {
      timeout = loop.timer(after: limit) { [unowned self] in fail(address, ETIMEDOUT) }
    }
  }

  private func fail(_ address: SocketAddress, _ code: CInt) {
    lastError = SocketError("cannot connect to \(address)", code: code)
    // Callbacks never come from within start(), and a long list of addresses must not recurse.
    giveUp()
    loop.postpone { [weak self] in self?.tryNext() }
  }

  private func connected(_ address: SocketAddress) {
    var code: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length)
    guard code == 0 else { return fail(address, code) }
    guard let peer = SocketAddress.peer(of: fd) else { return fail(address, errno) }
    // A connection to a free port of this host can end at the same socket.
    if address.family != AF_UNIX, peer == SocketAddress.local(of: fd) {
      return fail(address, ECONNREFUSED)
    }
    let socket = ConnectedSocket(fd: fd, peer: peer)
    fd = -1
    giveUp()
    finish(.success(socket))
  }

  private func finish(_ result: Result<ConnectedSocket, SocketError>) {
    guard let completion else { return }
    self.completion = nil
    let loop = self.loop
    loop.release(self)
    completion(result) { [self] in
      guard case .success = result, self.completion == nil, loop.state == .open else {
        return false
      }
      self.completion = completion
      loop.keep(self)
      loop.postpone { [weak self] in self?.tryNext() }
      return true
    }
  }

  deinit { if fd >= 0 { _ = close(fd) } }
}

extension Loop {
  /// Connects to a host: resolves its name and tries its addresses in turn.
  ///
  /// `prepare` is called with each socket before it is connected and returns the time-out of that
  /// attempt in seconds, 0 for the system's. `completion` gets a non-blocking socket, or the error
  /// of the last attempt; it is never called before this returns, nor after the returned guard is
  /// gone.
  public func connect(
    to host: String, _ service: any TCPService, prepare: ((CInt) -> Double)? = nil,
    _ completion: @escaping (Result<ConnectedSocket, SocketError>) -> Void
  ) -> Guard {
    let connector = startConnecting(host, service, prepare) { result, _ in completion(result) }
    return Guard(on: self) { connector.cancel() }
  }

  @discardableResult
  func startConnecting(
    _ host: String, _ service: any TCPService, _ prepare: ((CInt) -> Double)?,
    _ completion: @escaping Connector.Completion
  ) -> Connector {
    preconditionOnLoop()
    let connector = Connector(on: self, prepare: prepare, completion)
    connector.start(host, service.tcpService)
    return connector
  }
}
