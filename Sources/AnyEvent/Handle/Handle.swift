internal import AEValue
internal import Glibc

/// A stream, most often a connected socket, with a queue for writing and one for reading.
///
///     let handle = Handle(
///       connect: ("127.0.0.1", 7), on_error: { _, _, message in print(message) })
///     handle.push_write("hello\n")
///     handle.push_read(.line) { handle, line in print("got", line) }
///
/// It owns its descriptor, reads and writes without blocking, and ends with its last reference, or
/// by ``destroy()``. All callbacks get the handle as first argument and run on its loop. Corresponds to Perl's
/// `AnyEvent::Handle`, whose documentation holds for the names here as well.
///
/// Two handles are equal if they are the same one. A handle is used on its loop's thread: on another one its
/// methods and properties stop the program with a sentence, which is why the type can be `Sendable`; its last
/// reference may go on any thread.
public final class Handle: @unchecked Sendable {
  /// Where the stream of a handle comes from.
  public enum Source {
    /// The descriptor of a socket, a pipe or a terminal, which the handle closes at the end.
    ///
    /// Perl makes it non-blocking. Here other users of the open file, such as the shell, or standard
    /// output beside descriptor 0, see no change: each call on a blocking socket says that it must not
    /// wait, and the number of a blocking pipe or terminal gets an open file of its own, which is
    /// non-blocking. Only where the system has no such file is the shared one made non-blocking, until
    /// the end of the handle.
    case fh(CInt)
    /// Host and service to connect to, as `tcp_connect` does; bytes that are pushed meanwhile wait.
    ///
    /// The host becomes the ``Handle/Options/peername`` unless one is given.
    case connect(host: String, service: any TCPService)
  }

  /// The loop on which it works.
  public let loop: Loop
  // The properties that are read for each piece are unchecked: no access to them lasts during a call.

  /// The bytes that have arrived and were not taken yet.
  @exclusivity(unchecked) var received = HandleBuffer()
  /// The stream that writes, reads and encrypts.
  @exclusivity(unchecked) var stream: StreamConnection
  /// The descriptor, which is the stream's; -1 while there is none.
  @exclusivity(unchecked) var descriptor: CInt = -1
  /// The descriptor that is about to be connected, during `on_prepare`.
  private var preparing: CInt = -1
  @exclusivity(unchecked) var connecting: Connector?
  let timeouts: StreamTimeouts
  @exclusivity(unchecked) var queue = HandleReadQueue()
  /// Whether the end of the stream was read and not reported yet.
  @exclusivity(unchecked) var hasEnded = false
  /// Whether the end of the stream was reported.
  @exclusivity(unchecked) var isAtEnd = false
  /// The requests for which tasks wait, in order.
  var awaited = WaitingLine<HandleAwaitedRequest>()
  /// The one of them that is looking at the bytes now.
  var serving: HandleAwaitedRequest?
  /// Whether a task has ever waited for a piece: such a handle reads when it is asked.
  var wasAwaited = false
  /// Whether a task was told that the stream has ended.
  var isEndTold = false
  /// The error that has ended the handle.
  var death: HandleError?
  @exclusivity(unchecked) var isConsuming = false
  @exclusivity(unchecked) var tlsState = TLSState.none
  /// How an adopted stream has ended before its new owner could set callbacks.
  private var adoption = Adoption.over
  @exclusivity(unchecked) var options: Options
  @exclusivity(unchecked) var isDestroyed = false
  /// Details of the last error beyond its text.
  var detail: String?

  private enum Adoption {
    /// The new owner cannot have set callbacks yet.
    case fresh(StreamConnection.End?)
    case over
  }

  /// A handle on a descriptor, or one that connects first.
  ///
  ///     var options = Handle.Options()
  ///     options.on_read = { handle in … }
  ///     let handle = Handle(.fh(socket), options)
  ///
  /// May call callbacks. Corresponds to Perl's `AnyEvent::Handle->new`.
  public convenience init(
    _ source: Source, _ options: Options = Options(), on loop: Loop = .current
  ) {
    self.init(StreamConnection(loop: loop), options)
    switch source {
    case .fh(let descriptor): begin(on: descriptor)
    case .connect(let host, let service):
      if options.peername == nil { self.options.peername = host }
      dial(host, service)
    }
  }

  private init(_ stream: StreamConnection, _ options: Options) {
    stream.loop.preconditionOnLoop()
    loop = stream.loop
    self.stream = stream
    self.options = options
    timeouts = StreamTimeouts(on: stream.loop)
    own(stream)
  }

  deinit {
    if loop.isOnLoop { return end() }
    // No code on the loop's thread can get a reference any more, so the loop takes over the handle's parts.
    let remains = takeRemains()
    loop.post { remains.end() }
  }

  /// The descriptor, -1 while there is none; it stays the handle's.
  public var fh: CInt {
    loop.preconditionOnLoop()
    return descriptor >= 0 ? descriptor : preparing
  }

  /// The bytes that have arrived and were not taken yet.
  ///
  /// Take from the front, in `on_read` or in untyped reads; or set another content. Corresponds to Perl's
  /// `$handle->rbuf` and `$handle->{rbuf}`.
  public var rbuf: HandleBuffer {
    get {
      loop.preconditionOnLoop()
      return received
    }
    _modify {
      loop.preconditionOnLoop()
      yield &received
    }
  }

  /// Whether there is a connection.
  var isReady: Bool { descriptor >= 0 && connecting == nil && !isDestroyed }

  /// Makes a stream the handle's.
  private func own(_ stream: StreamConnection) {
    self.stream = stream
    stream.owner = HandleDoor(self)
    stream.timing = options.autocork ? .atEndOfIteration : .atOnce
    stream.lowWaterMark = options.low_water_mark
    stream.timeouts = timeouts
    stream.onEnd = { [weak self] in self?.ended($0) }
    watchDrain()
    timeouts.expired = { [weak self] in self?.expired($0) }
    // Bytes that are pushed before there is a connection wait for TLS as well.
    if options.tls != nil { stream.transform(with: StreamGate()) }
  }

  private func begin(on descriptor: CInt) {
    let mode = DescriptorMode(of: descriptor)
    stream.carry(by: DescriptorMedium(loop: loop, descriptor: descriptor, mode: mode))
    begin()
  }

  /// Starts to work on the stream.
  private func begin() {
    descriptor = stream.descriptor ?? -1
    if let no_delay = options.no_delay { tcp_nodelay(descriptor, no_delay) }
    if let keepalive = options.keepalive { set(SO_KEEPALIVE, keepalive) }
    if options.oobinline { set(SO_OOBINLINE, true) }
    for kind in StreamTimeouts.Kind.allCases { timeouts[kind] = seconds(kind) }
    timeouts.start()
    if let role = options.tls { starttls(role, options.tls_ctx) }
    stream.outputGrew()
    if options.on_drain != nil, !isDestroyed { drainedAtStart() }
    if wantsToRead { resumeReading() }
  }

  /// Sets an option of the socket; another descriptor has none, which is fine.
  func set(_ option: CInt, _ isOn: Bool) {
    var value: CInt = isOn ? 1 : 0
    let size = socklen_t(MemoryLayout<CInt>.size)
    setsockopt(descriptor, SOL_SOCKET, option, &value, size)
  }
}

// MARK: - Connecting

extension Handle {
  private func dial(_ host: String, _ service: any TCPService) {
    let prepare: (CInt) -> Double = { [weak self] fd in self?.prepare(fd) ?? 0 }
    connecting = loop.startConnecting(host, service, prepare) { [weak self] result, retry in
      guard let self else {
        if case .success(let socket) = result { Glibc.close(socket.fd) }
        return
      }
      let connector = connecting
      connecting = nil
      switch result {
      case .success(let socket): connected(socket, connector, retry)
      case .failure(let error): notConnected(error)
      }
    }
  }

  private func prepare(_ fd: CInt) -> Double {
    guard let on_prepare = options.on_prepare else { return 0 }
    // The connector still owns it.
    preparing = fd
    defer { preparing = -1 }
    return on_prepare(self)
  }

  private func connected(
    _ socket: ConnectedSocket, _ connector: Connector?, _ retry: @escaping () -> Bool
  ) {
    let wanted = options.tls
    begin(on: socket.fd)
    guard !isDestroyed, let on_connect = options.on_connect else { return }
    let stream = stream
    on_connect(self, socket.peer.host, socket.peer.port) { [weak self] in
      guard let self, !isDestroyed, self.stream === stream else { return }
      // The next connection uses TLS, too.
      options.tls = wanted
      reset()
      if retry() { connecting = connector }
    }
  }

  private func notConnected(_ error: SocketError) {
    guard let on_connect_error = options.on_connect_error else {
      return fail(error)
    }
    detail = error.description
    death = HandleError(error.code, fatal: true, error.description)
    errno = error.code
    on_connect_error(self, SystemCalls.text(for: error.code))
    end()
  }

  /// Gives up the connection with all queues.
  private func reset() {
    timeouts.stop()
    queue.removeAll()
    endAwaited(HandleError(ECONNABORTED, fatal: false, "the connection was given up for another"))
    received.removeAll()
    hasEnded = false
    isEndTold = false
    isAtEnd = false
    tlsState = .none
    descriptor = -1
    stream.close()
    own(StreamConnection(loop: loop))
  }
}

// MARK: - Adopting

extension Handle {
  /// A handle on a stream that was made, authenticated and perhaps encrypted elsewhere.
  ///
  /// It has no callbacks yet, and reads at most a buffer before there is a read request or callback. An
  /// end or an error is reported when there can be callbacks.
  ///
  /// - Parameters:
  ///   - stream: a stream over a descriptor; the handle sends its unsent bytes, and closes it.
  ///   - transform: encrypts it from now on, unless it is encrypted already.
  ///   - clear: bytes that have arrived, decrypted.
  ///   - arrived: bytes that have arrived behind those, not decrypted.
  package convenience init(
    adopting stream: StreamConnection, transform: (any StreamTransform)? = nil,
    clear: [UInt8] = [], arrived: [UInt8] = []
  ) {
    stream.pause()
    self.init(stream, Options())
    adoption = .fresh(nil)
    descriptor = stream.descriptor ?? -1
    if let transform { stream.transform(with: transform) }
    if stream.transform != nil { tlsState = .up }
    received.append(contentsOf: clear)
    var arrived = arrived
    if !arrived.isEmpty { arrived.withUnsafeMutableBytes { stream.take($0) } }
    begin()
    loop.postpone { [weak self] in self?.settle() }
  }

  /// Two handles that are the ends of one connection.
  ///
  /// - Throws: ``SocketError`` when the system has no sockets left.
  package static func pair(on loop: Loop) throws(SocketError) -> (Handle, Handle) {
    let ends: DescriptorPair
    do throws(SystemError) {
      ends = try DescriptorPair(isSocket: true, isBlocking: false)
    } catch {
      throw SocketError("cannot make a pair of sockets", code: error.code)
    }
    func handle(_ end: CInt) -> Handle {
      Handle(adopting: StreamConnection(loop: loop, descriptor: end))
    }
    return (handle(ends.first), handle(ends.second))
  }

  /// The owner of an adopted stream has had time to set callbacks.
  private func settle() {
    guard case .fresh(let end) = adoption else { return }
    adoption = .over
    if let end, !isDestroyed { ended(end) }
  }

  /// The stream has ended, or failed.
  private func ended(_ end: StreamConnection.End) {
    if case .fresh(let before) = adoption {
      adoption = .fresh(before ?? end)
      return
    }
    switch end {
    case .endOfStream:
      hasEnded = true
      consume()
    case .failed(let error): fail(error)
    case .broken(let reason): tlsFailed(reason)
    }
  }
}
