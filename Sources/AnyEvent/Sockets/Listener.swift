internal import AEValue
internal import CLibUV
internal import Glibc

/// A listening socket that hands out the connections it accepts; it ends when its last reference
/// goes.
public final class Listener: LoopResident {
  private let loop: Loop
  private var fd: CInt
  private let take: (ConnectedSocket) -> Void
  private var watcher: IOWatcher?
  private var pause: TimerWatcher?
  private var file: BoundPath?
  /// The time of the last log line about missing descriptors.
  private var complainedAt: Double?
  /// Called when there is no descriptor for a waiting connection: true if one is free now.
  package var makeRoom: (() -> Bool)?
  /// The address it is bound to, with the port that the system has chosen if 0 was asked for.
  public let address: SocketAddress

  /// How long (s) to wait when there is no descriptor for a new connection.
  static let pauseWithoutDescriptors = 0.25
  /// How long (s) there is no second log line about missing descriptors.
  static let silenceAboutDescriptors = 60.0

  init(
    on loop: Loop, _ address: SocketAddress, prepare: ((CInt, SocketAddress) -> Int)?,
    _ take: @escaping (ConnectedSocket) -> Void
  ) throws(SocketError) {
    let bound = try BoundSocket(address)
    self.loop = loop
    self.take = take
    fd = bound.fd
    file = bound.file
    self.address = bound.address
    try bound.listen(prepare)
    resume()
  }

  /// Stops listening; accepted connections stay.
  ///
  /// A socket in the file system is removed, unless the parent of this process has made it. May be
  /// called more than once.
  public func close() {
    guard fd >= 0 else { return }
    loop.preconditionOnLoop()
    watcher = nil
    pause = nil
    file?.remove()
    _ = Glibc.close(fd)
    fd = -1
  }

  func loopCloses() { close() }

  private func resume() {
    pause = nil
    watcher = loop.io(fd, .read) { [unowned self] in acceptNext() }
  }

  /// Accepts one connection: if more wait, the socket is still readable in the next iteration, and most
  /// often none does.
  private func acceptNext() {
    var problem = acceptOne()
    // Room is made once: another thread may take the descriptor, and a further attempt would end
    // another connection.
    if problem == EMFILE || problem == ENFILE, makeRoom?() == true { problem = acceptOne() }
    guard let problem, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(problem) else { return }
    // The connection stays in the queue and the socket readable: trying at once would spin.
    complain(problem)
    watcher = nil
    pause = loop.timer(after: Self.pauseWithoutDescriptors) { [unowned self] in resume() }
  }

  /// Accepts a connection; returns the system's code if it cannot.
  private func acceptOne() -> CInt? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let (socket, peer) = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let socket = StandardDescriptors.spare(aeuv_accept(fd, $0, &length))
        return (socket, socket < 0 ? nil : SocketAddress($0, length: length))
      }
    }
    guard socket >= 0 else { return errno }
    take(ConnectedSocket(fd: socket, peer: peer ?? address))
    return nil
  }

  private func complain(_ code: CInt) {
    let now = loop.monotonicNow
    if let complainedAt, now < complainedAt + Self.silenceAboutDescriptors { return }
    complainedAt = now
    let problem = SocketError("cannot accept connections on \(address)", code: code)
    LogContext.ofModule().log(
      .error, "\(problem); they wait until descriptors are free (see ulimit -n)")
  }

  deinit { close() }
}

extension Loop {
  /// Binds and listens; `accept` gets each connection, non-blocking, and has to close it.
  ///
  /// `host` is a numeric address, nil for all IPv4 addresses, `"::"` for all, or `"unix/"` with a
  /// path as service; a socket that exists at the path is replaced. Service nil or 0 lets the
  /// system choose a port. `prepare` is called before listening, with the address really bound, and
  /// returns the length of the queue, 0 for the default. Throws when the address cannot be parsed
  /// or bound.
  public func listen(
    on host: String?, _ service: (any TCPService)?,
    prepare: ((CInt, SocketAddress) -> Int)? = nil,
    accept: @escaping (ConnectedSocket) -> Void
  ) throws(SocketError) -> Listener {
    preconditionOnLoop()
    let address = try SocketAddress(listeningOn: host, service?.tcpService ?? "0")
    return try Listener(on: self, address, prepare: prepare, accept)
  }
}

/// A socket that listens and whose connections are accepted elsewhere, perhaps in another process.
///
/// The descriptor is non-blocking, is closed in programs that are started, and has to be closed by the code that
/// takes it.
public struct ListeningSocket {
  private let bound: BoundSocket

  /// Binds and listens, with the arguments of ``Loop/listen(on:_:prepare:accept:)``.
  public init(
    on host: String?, _ service: (any TCPService)?, prepare: ((CInt, SocketAddress) -> Int)? = nil
  ) throws(SocketError) {
    bound = try BoundSocket(SocketAddress(listeningOn: host, service?.tcpService ?? "0"))
    do throws(SocketError) {
      try bound.listen(prepare)
    } catch {
      removeFile()
      _ = close(bound.fd)
      throw error
    }
  }

  /// The descriptor.
  public var fd: CInt { bound.fd }

  /// The address it is bound to, with the port that the system has chosen if 0 was asked for.
  public var address: SocketAddress { bound.address }

  /// Removes a socket in the file system, unless the parent of this process has made it, or another file
  /// has its path now.
  public func removeFile() { bound.file?.remove() }
}

extension SocketAddress {
  init(listeningOn host: String?, _ service: String) throws(SocketError) {
    if host == "unix/" {
      guard let address = SocketAddress(path: service) else { throw .badPath(service) }
      self = address
      return
    }
    if let host, let zone = SocketAddress.missingZone(of: host) { throw .noInterface(zone, host) }
    guard let numeric = SocketAddress(ip: host ?? "0.0.0.0", port: 0) else {
      throw SocketError(code: EINVAL, "cannot parse \"\(host ?? "")\" as a host address")
    }
    guard let port = lookUpPort(service) else { throw .unknownService(service, code: EINVAL) }
    self.init(numeric.kind, port: port)
  }
}

/// A socket that is bound to an address and not listening yet.
struct BoundSocket {
  let fd: CInt
  let address: SocketAddress
  let file: BoundPath?

  init(_ wanted: SocketAddress) throws(SocketError) {
    let fd = wanted.makeSocket()
    guard fd >= 0 else { throw SocketError("cannot make a socket for \(wanted)", code: errno) }
    if let path = wanted.path {
      BoundPath.removeSocket(at: path)
    } else {
      var yes: CInt = 1
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    }
    guard wanted.withNative({ bind(fd, $0, $1) }) == 0 else {
      let code = errno
      _ = close(fd)
      throw SocketError("cannot bind to \(wanted)", code: code)
    }
    self.fd = fd
    address = SocketAddress.local(of: fd) ?? wanted
    file = wanted.path.flatMap { BoundPath($0) }
  }

  /// Begins to listen; `prepare` says how long the queue is, 0 for the default.
  func listen(_ prepare: ((CInt, SocketAddress) -> Int)?) throws(SocketError) {
    let backlog = prepare?(fd, address) ?? 0
    guard Glibc.listen(fd, backlog > 0 ? CInt(clamping: backlog) : 128) == 0 else {
      throw SocketError("cannot listen on \(address)", code: errno)
    }
  }
}

/// The file of a bound socket, which the process that has made it removes at the end, if it is still the
/// same file.
struct BoundPath {
  private let path: String
  private let file: FileIdentity
  private let maker = ChangingProcess()

  init?(_ path: String) {
    guard let file = FileIdentity(at: path, followsLinks: false) else { return nil }
    self.path = path
    self.file = file
  }

  func remove() {
    guard maker.isThis, FileIdentity(at: path, followsLinks: false) == file else { return }
    unlink(path)
  }

  /// Removes the socket that an earlier server has left, and no other kind of file.
  static func removeSocket(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
    unlink(path)
  }
}
