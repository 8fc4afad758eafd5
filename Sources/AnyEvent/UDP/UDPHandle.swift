internal import AEValue
internal import Glibc

/// A handle for datagrams, with the names of Perl's `AnyEvent::Handle::UDP`.
///
/// `UDPHandle(bind: ("0.0.0.0", 4000), on_recv: { data, handle, client in … })`. It ends when its last
/// reference goes. All members are for the loop's thread; every callback may destroy the handle.
public final class UDPHandle {
  /// An address to bind or connect to: a host and a port or the name of a service.
  public typealias Address = (host: String, service: any TCPService)

  /// Called with each datagram, the handle, and the sender.
  public var on_recv: ((_ datagram: [UInt8], _ handle: UDPHandle, _ from: SocketAddress?) -> Void)?
  {
    didSet { listen() }
  }
  /// Called when something fails: after a fatal error the handle is destroyed.
  public var on_error: ((_ handle: UDPHandle, _ fatal: Bool, _ message: String) -> Void)?
  /// Called when the socket is bound, with its address.
  public var on_bind: ((_ handle: UDPHandle, _ address: SocketAddress) -> Void)?
  /// Called when the socket is connected, with the other end's address.
  public var on_connect: ((_ handle: UDPHandle, _ address: SocketAddress) -> Void)?
  /// Called when all datagrams have been sent.
  public var on_drain: ((_ handle: UDPHandle) -> Void)?
  /// Called after ``timeout``, which then starts anew; without it `on_error` is, with `ETIMEDOUT`'s text.
  public var on_timeout: ((_ handle: UDPHandle) -> Void)?
  /// Called after ``rtimeout``, in the same way.
  public var on_rtimeout: ((_ handle: UDPHandle) -> Void)?
  /// Called after ``wtimeout``, in the same way.
  public var on_wtimeout: ((_ handle: UDPHandle) -> Void)?
  /// Whether datagrams are sent at once, each by a system call of its own, instead of at the end of the
  /// iteration.
  public var autoflush: Bool
  /// The longest datagram (bytes) that is received whole.
  public var receive_size: Int {
    didSet { socket?.receiveSize = receive_size }
  }
  /// 4 or 6: which of the addresses of a name are taken; 0 for either.
  public let family: Int
  /// Whether others of this machine may bind to the address, too.
  public let reuse_addr: Bool

  private let loop: Loop
  private let timeouts: StreamTimeouts
  private var socket: DatagramSocket?
  private var isDestroyed = false
  /// The names that are looked up.
  private var resolutions: [Int: Resolution] = [:]
  private var resolutionCount = 0
  /// The condition variables of datagrams that the system has not taken yet.
  private var sendings: [ObjectIdentifier: CondVar<Void>] = [:]

  /// A handle.
  ///
  /// - Parameters:
  ///   - bind: where datagrams are received; port 0 for one that the system chooses.
  ///   - connect: the receiver of datagrams without one, and the only sender that is heard.
  ///   - fh: a socket of one's own, in place of both.
  ///   - loop: the loop.
  ///   - receive_size: the longest datagram (bytes) that is received whole.
  ///   - family: 4 or 6, or 0 for either.
  ///   - reuse_addr: whether others may bind to the address, too.
  ///   - autoflush: whether datagrams are sent at once.
  ///   - timeout: seconds without anything received or sent, 0 for any number.
  ///   - rtimeout: seconds without anything received.
  ///   - wtimeout: seconds without anything sent.
  ///   - on_recv: gets each datagram, and its sender.
  ///   - on_bind: called when it is bound.
  ///   - on_connect: called when it is connected.
  ///   - on_drain: called when all was sent.
  ///   - on_timeout: called after `timeout`.
  ///   - on_rtimeout: called after `rtimeout`.
  ///   - on_wtimeout: called after `wtimeout`.
  ///   - on_error: called when something fails, never before this returns.
  public init(
    bind: Address? = nil, connect: Address? = nil, fh: CInt? = nil, on loop: Loop = .current,
    receive_size: Int = 1500, family: Int = 0, reuse_addr: Bool = false, autoflush: Bool = false,
    timeout: Double = 0, rtimeout: Double = 0, wtimeout: Double = 0,
    on_recv: ((_ datagram: [UInt8], _ handle: UDPHandle, _ from: SocketAddress?) -> Void)? = nil,
    on_bind: ((_ handle: UDPHandle, _ address: SocketAddress) -> Void)? = nil,
    on_connect: ((_ handle: UDPHandle, _ address: SocketAddress) -> Void)? = nil,
    on_drain: ((_ handle: UDPHandle) -> Void)? = nil,
    on_timeout: ((_ handle: UDPHandle) -> Void)? = nil,
    on_rtimeout: ((_ handle: UDPHandle) -> Void)? = nil,
    on_wtimeout: ((_ handle: UDPHandle) -> Void)? = nil,
    on_error: ((_ handle: UDPHandle, _ fatal: Bool, _ message: String) -> Void)? = nil
  ) {
    loop.preconditionOnLoop()
    self.loop = loop
    self.receive_size = receive_size
    self.family = family
    self.reuse_addr = reuse_addr
    self.autoflush = autoflush
    self.on_recv = on_recv
    self.on_bind = on_bind
    self.on_connect = on_connect
    self.on_drain = on_drain
    self.on_timeout = on_timeout
    self.on_rtimeout = on_rtimeout
    self.on_wtimeout = on_wtimeout
    self.on_error = on_error
    timeouts = StreamTimeouts(on: loop)
    timeouts.expired = { [unowned self] in expired($0) }
    timeouts[.either] = timeout
    timeouts[.read] = rtimeout
    timeouts[.write] = wtimeout
    if let fh { take(DatagramSocket(on: loop, fd: fh)) }
    if let bind { bind_to(bind.host, bind.service) }
    if let connect { connect_to(connect.host, connect.service) }
  }

  /// The descriptor; nil before it is bound or connected, or something is sent, and after the end.
  public var fh: CInt? { socket?.descriptor }

  /// The address at which datagrams are received.
  public var sockname: SocketAddress? { socket?.localAddress }

  /// The address to which it is connected.
  public var peername: SocketAddress? { socket?.peerAddress }

  /// Binds the socket; names are looked up first, numeric addresses are bound within the call.
  public func bind_to(_ host: String, _ service: any TCPService) {
    resolve(host, service) { handle, address in handle.bind_to(address) }
  }

  /// Binds the socket to an address.
  public func bind_to(_ address: SocketAddress) {
    attempt(address) { socket throws(SocketError) in
      try socket.bind(to: address, isReused: reuse_addr)
      let bound = socket.localAddress ?? address
      later { $0.on_bind?($0, bound) }
    }
  }

  /// Connects the socket; names are looked up first, numeric addresses are connected within the call.
  public func connect_to(_ host: String, _ service: any TCPService) {
    resolve(host, service) { handle, address in handle.connect_to(address) }
  }

  /// Connects the socket to an address.
  public func connect_to(_ address: SocketAddress) {
    attempt(address) { socket throws(SocketError) in
      try socket.connect(to: address)
      later { $0.on_connect?($0, address) }
    }
  }

  /// Sends a datagram, to where the handle is connected unless `to` says another receiver.
  ///
  /// An error of the system goes to `on_error`, and the handle stays.
  public func push_send(_ message: some Sequence<UInt8>, _ to: SocketAddress? = nil) {
    send(Array(message), to, done: nil)
  }

  /// Sends a text as a datagram.
  public func push_send(_ message: String, _ to: SocketAddress? = nil) {
    send(Array(message.utf8), to, done: nil)
  }

  /// Sends a datagram; the condition variable is ready when the system has taken it, and throws
  /// `SocketError` if that has refused it, or if the handle is destroyed before.
  @_disfavoredOverload
  public func push_send(
    _ message: some Sequence<UInt8>, _ to: SocketAddress? = nil
  ) -> CondVar<Void> {
    let sent = CondVar<Void>(on: loop)
    let id = ObjectIdentifier(sent)
    sendings[id] = sent
    send(Array(message), to) { [weak self] error in
      self?.sendings[id] = nil
      if let error { sent.croak(error) } else { sent.send() }
    }
    return sent
  }

  /// The timeout for either direction starts anew.
  public func timeout_reset() { timeouts.reset(.either) }

  /// The timeout for receiving starts anew.
  public func rtimeout_reset() { timeouts.reset(.read) }

  /// The timeout for sending starts anew.
  public func wtimeout_reset() { timeouts.reset(.write) }

  /// Seconds without anything received or sent after which `on_timeout` is called; 0 for any number.
  public var timeout: Double {
    get { timeouts[.either] }
    set { timeouts[.either] = newValue }
  }

  /// Seconds without anything received after which `on_rtimeout` is called.
  public var rtimeout: Double {
    get { timeouts[.read] }
    set { timeouts[.read] = newValue }
  }

  /// Seconds without anything sent after which `on_wtimeout` is called.
  public var wtimeout: Double {
    get { timeouts[.write] }
    set { timeouts[.write] = newValue }
  }

  /// Closes the socket and forgets all callbacks; may be called more than once.
  public func destroy() {
    guard !isDestroyed else { return }
    loop.preconditionOnLoop()
    isDestroyed = true
    timeouts.stop()
    timeouts.expired = nil
    let held: [Any?] = [
      on_recv, on_error, on_bind, on_connect, on_drain, on_timeout, on_rtimeout, on_wtimeout,
      resolutions,
    ]
    resolutions = [:]
    socket?.close()
    socket = nil
    (on_recv, on_error, on_bind, on_connect) = (nil, nil, nil, nil)
    (on_drain, on_timeout, on_rtimeout, on_wtimeout) = (nil, nil, nil, nil)
    let waiting = sendings
    sendings = [:]
    if loop.isOpen { for sent in waiting.values { sent.croak(Self.destroyed) } }
    withExtendedLifetime(held) {}
  }

  deinit { destroy() }
}

extension UDPHandle {
  private static var destroyed: SocketError {
    SocketError("cannot send a datagram: the handle is destroyed", code: EBADF)
  }

  private func take(_ made: DatagramSocket) {
    socket = made
    made.receiveSize = receive_size
    made.failed = { [unowned self] in fail($0, fatal: $1) }
    made.drained = { [unowned self] in on_drain?(self) }
    made.sent = { [unowned self] in timeouts.note(.write) }
    timeouts.start()
    listen()
  }

  private func listen() {
    guard let socket, !isDestroyed else { return }
    guard on_recv != nil else {
      socket.received = nil
      return
    }
    if socket.received != nil { return }
    socket.received = { [unowned self] bytes, sender in
      timeouts.note(.read)
      on_recv?(bytes, self, sender)
    }
  }

  private func send(
    _ bytes: [UInt8], _ to: SocketAddress?, done: ((SocketError?) -> Void)?
  ) {
    guard !isDestroyed else {
      done?(Self.destroyed)
      return
    }
    if socket == nil {
      guard let to else {
        let error = SocketError("cannot send a datagram without a receiver", code: EDESTADDRREQ)
        if let done { done(error) } else { later { $0.fail(error, fatal: false) } }
        return
      }
      attempt(to) { _ throws(SocketError) in }
    }
    socket?.send(bytes, to: to, done: done)
    if autoflush { socket?.flush() }
  }

  /// Does something with the socket, which is made first if there is none.
  private func attempt(
    _ address: SocketAddress, _ body: (DatagramSocket) throws(SocketError) -> Void
  ) {
    guard !isDestroyed else { return }
    do throws(SocketError) {
      if socket == nil { take(try DatagramSocket(on: loop, like: address)) }
      if let socket { try body(socket) }
    } catch {
      later { $0.fail(error, fatal: true) }
    }
  }

  private func resolve(
    _ host: String, _ service: any TCPService,
    _ found: @escaping (UDPHandle, SocketAddress) -> Void
  ) {
    guard !isDestroyed else { return }
    if let port = lookUpPort(service.tcpService), let address = SocketAddress(ip: host, port: port)
    {
      return found(self, address)
    }
    let wanted = [4: AF_INET, 6: AF_INET6][family]
    resolutionCount += 1
    let number = resolutionCount
    resolutions[number] = loop.resolve(host, service) { [weak self] result in
      guard let self else { return }
      resolutions[number] = nil
      do throws(SocketError) {
        let addresses = try result.get()
        guard let address = addresses.first(where: { wanted == nil || $0.family == wanted }) else {
          throw SocketError(code: ENXIO, "\"\(host)\" has no address of family \(family)")
        }
        found(self, address)
      } catch {
        fail(error, fatal: true)
      }
    }
  }

  private func later(_ body: @escaping (UDPHandle) -> Void) {
    loop.postpone { [weak self] in
      if let self, !isDestroyed { body(self) }
    }
  }

  private func fail(_ error: SocketError, fatal: Bool) {
    let report = on_error
    errno = error.code
    // Perl's handle is there for its callback, and ends behind it.
    report?(self, fatal, error.description)
    if fatal { destroy() }
  }

  private func expired(_ kind: StreamTimeouts.Kind) {
    let callback =
      switch kind {
      case .either: on_timeout
      case .read: on_rtimeout
      case .write: on_wtimeout
      }
    if let callback { return callback(self) }
    fail(SocketError(ETIMEDOUT), fatal: false)
  }
}

extension Handle {
  /// Perl's name `AnyEvent::Handle::UDP`.
  public typealias UDP = UDPHandle
}
