internal import Glibc

/// A stream, most often a connected socket, with a queue for writing and one for reading.
///
///     let handle = Handle(
///       connect: ("127.0.0.1", 7), on_error: { _, _, message in print(message) })
///     handle.push_write("hello\n")
///     handle.push_read(.line) { handle, line in print("got", line) }
///
/// It owns its descriptor, reads and writes without blocking, and ends with its last reference, or
/// by ``destroy()``. All callbacks get the handle as first argument and run on its loop. Use it on
/// the loop's thread only. Corresponds to Perl's `AnyEvent::Handle`, whose documentation holds for
/// the names here as well.
public final class Handle {
  /// The loop on which it works.
  public let loop: Loop
  /// What has arrived and nobody has taken.
  ///
  /// Look at its `bytes`, take from the front with `removeFirst`, in `on_read` or in untyped reads;
  /// change nothing else.
  public let rbuf = ByteBuffer()
  /// What is to be sent as it is.
  let wbuf: ByteBuffer
  /// What waits to be encrypted, and never leaves as it is unless TLS has ended in order.
  let plaintext = ByteBuffer()

  var descriptor: CInt
  /// What keeps reading and writing from waiting.
  var mode = HandleMode.nonBlocking
  /// The descriptor that is about to be connected, during `on_prepare`.
  var preparing: CInt = -1
  var reader: IOWatcher?
  var writer: IOWatcher?
  var connecting: Connector?
  var session: (any HandleSession)?
  var queue = HandleReadQueue()
  /// Whether the end of the stream was read, and is still to be reported.
  var hasEnded = false
  /// Whether the end of the stream was reported.
  var isAtEnd = false
  var isConsuming = false
  var isFlushing = false
  var isCorked = false
  var shutdownState = ShutdownState.open
  var tlsState = TLSState.none
  var timeouts = HandleTimeouts()
  var options: HandleOptions

  /// Whether ``destroy()`` was called, or a fatal error did.
  public internal(set) var destroyed = false

  /// How far TLS has come.
  enum TLSState {
    case none, handshake, up
    /// The handshake has failed, and `on_starttls` was told.
    case refused
    /// It failed later; the handle is about to end.
    case broken
  }

  /// How far ``push_shutdown()`` has come.
  enum ShutdownState {
    case open, wanted, announced, done
  }

  init(
    _ loop: Loop, descriptor: CInt, _ options: HandleOptions, wbuf: ByteBuffer = ByteBuffer()
  ) {
    loop.preconditionOnLoop()
    self.loop = loop
    self.wbuf = wbuf
    self.descriptor = descriptor
    self.options = options
  }

  deinit { destroy() }

  /// The descriptor, -1 while there is none; it stays the handle's.
  public var fh: CInt { descriptor >= 0 ? descriptor : preparing }

  /// Whether there is something to read from and to write to.
  var isReady: Bool { descriptor >= 0 && connecting == nil && !destroyed }

  /// Starts to work on the descriptor.
  func begin() {
    mode = HandleMode(of: descriptor)
    if let no_delay = options.no_delay { tcp_nodelay(descriptor, no_delay) }
    if let keepalive = options.keepalive { setKeepalive(keepalive) }
    startTimeouts()
    if let role = options.tls { starttls(role, options.tls_ctx) }
    flush()
    if options.on_drain != nil, !destroyed { drainedAtStart() }
    if wantsToRead { start_read() }
  }

  func setKeepalive(_ enable: Bool) {
    var value: CInt = enable ? 1 : 0
    let size = socklen_t(MemoryLayout<CInt>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &value, size)
  }
}
