internal import AEValue

extension Handle {
  /// The options of a ``Handle`` when it is made: the arguments of Perl's `AnyEvent::Handle->new`.
  ///
  /// The first three, and ``tls``, count only when it is made; all others are properties of the handle
  /// as well, by the same names.
  public struct Options {
    /// Called before each attempt to connect, when ``Handle/fh`` is there already; returns the time limit
    /// of the attempt in seconds, 0 for the system's.
    public var on_prepare: ((_ handle: Handle) -> Double)?
    /// Called with the peer's address when there is a connection.
    ///
    /// `retry` gives it up, with all pushed requests, for the next address.
    public var on_connect:
      ((_ handle: Handle, _ host: String, _ port: Int, _ retry: @escaping () -> Void) -> Void)?
    /// Called instead of ``on_error`` when no address could be connected to, after which the handle is
    /// destroyed.
    public var on_connect_error: ((_ handle: Handle, _ message: String) -> Void)?
    /// Called with every error; without it errors are logged and end the handle.
    ///
    /// After a fatal one the handle is destroyed. `errno` holds the system's code, or `ENOSPC`
    /// (`rbuf_max`, `wbuf_max`), `EPIPE` (the end came although more is wanted), `ETIMEDOUT`,
    /// `EBADMSG` (data is not of the form that was asked for), `EPROTO` (TLS), or 0 for an end of
    /// file without `on_eof`. `message` is the system's text for it, as Perl's `$!`, or the reason that TLS
    /// gives; ``Handle/error_detail`` says more where there is more to say.
    public var on_error: ((_ handle: Handle, _ fatal: Bool, _ message: String) -> Void)?
    /// Called when ``Handle/rbuf`` has bytes and no read request is queued.
    ///
    /// Setting it on a handle may call it.
    public var on_read: ((_ handle: Handle) -> Void)?
    /// Called when the other end has finished sending and no read request is queued; writing is still
    /// possible.
    public var on_eof: ((_ handle: Handle) -> Void)?
    /// Called when the write buffer has run empty, that is, down to ``low_water_mark``, and once when
    /// it is set while it is empty.
    public var on_drain: ((_ handle: Handle) -> Void)?
    /// After so many seconds without anything read or written ``on_timeout`` is called, or
    /// ``on_error`` without being fatal; 0: never.
    public var timeout: Double = 0
    /// After so many seconds without anything read ``on_rtimeout`` is called, or ``on_error`` without
    /// being fatal; 0: never.
    public var rtimeout: Double = 0
    /// After so many seconds without anything written ``on_wtimeout`` is called, or ``on_error`` without
    /// being fatal; 0: never.
    public var wtimeout: Double = 0
    /// Called after ``timeout``, which then starts anew.
    public var on_timeout: ((_ handle: Handle) -> Void)?
    /// Called after ``rtimeout``, which then starts anew.
    public var on_rtimeout: ((_ handle: Handle) -> Void)?
    /// Called after ``wtimeout``, which then starts anew.
    public var on_wtimeout: ((_ handle: Handle) -> Void)?
    /// How many bytes may stay in ``Handle/rbuf`` after all requests and ``on_read`` have taken theirs;
    /// more are a fatal error `ENOSPC`.
    public var rbuf_max: Int?
    /// How many bytes the kernel may not have taken yet; more are a fatal error `ENOSPC`.
    public var wbuf_max: Int?
    /// Whether writes wait for the end of the loop's iteration, where they leave together.
    public var autocork: Bool = false
    /// Whether small writes leave at once (`TCP_NODELAY`); nil: as the system does.
    public var no_delay: Bool?
    /// Whether the kernel probes a silent peer (`SO_KEEPALIVE`); nil: as the system does.
    public var keepalive: Bool?
    /// Whether urgent data of TCP arrives in the stream, at its place (`SO_OOBINLINE`), as in Perl; else it
    /// is lost.
    public var oobinline: Bool = true
    /// Up to how many bytes the write buffer counts as empty.
    public var low_water_mark: Int = 0
    /// For how many seconds after the end of the handle its unsent bytes may still be sent.
    public var linger: Double = 3600
    /// The name of the other end, which its certificate must have if the TLS context checks names; then
    /// a missing name is an error.
    public var peername: String?
    /// Starts TLS at once, or as soon as there is a connection, in this role.
    public var tls: TLSRole?
    /// The TLS context; without one TLS trusts the system's authorities.
    public var tls_ctx: TLSContext?
    /// Called when a TLS handshake is over; a failure comes with its reason, and no ``on_error``.
    public var on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)?
    /// Called when the other end has ended TLS: the stream goes on without.
    ///
    /// Unless it is set, that is an end of file. (So is an end of the stream without an end of TLS, as
    /// in Perl: a protocol that must notice a cut has to send the length of its data.)
    public var on_stoptls: ((_ handle: Handle) -> Void)?

    /// Options that change nothing.
    public init() {}
  }

  /// A handle, as Perl writes it: `Handle(fh: socket, on_read: { … })` or
  /// `Handle(connect: (host, port), on_error: { … })`.
  ///
  /// One of `fh` and `connect` has to be given; about both see ``Source``. `on_prepare`, `on_connect` and
  /// `on_connect_error` belong to `connect`. Each option is described at the ``Options`` of the same name.
  /// Corresponds to Perl's `AnyEvent::Handle->new (fh => …)` and `AnyEvent::Handle->new (connect => …)`.
  public convenience init(
    fh: CInt? = nil,
    connect: (host: String, service: any TCPService)? = nil,
    on loop: Loop = .current,
    on_prepare: ((_ handle: Handle) -> Double)? = nil,
    on_connect: (
      (_ handle: Handle, _ host: String, _ port: Int, _ retry: @escaping () -> Void) -> Void
    )? = nil,
    on_connect_error: ((_ handle: Handle, _ message: String) -> Void)? = nil,
    on_error: ((_ handle: Handle, _ fatal: Bool, _ message: String) -> Void)? = nil,
    on_read: ((_ handle: Handle) -> Void)? = nil,
    on_eof: ((_ handle: Handle) -> Void)? = nil,
    on_drain: ((_ handle: Handle) -> Void)? = nil,
    timeout: Double = 0,
    rtimeout: Double = 0,
    wtimeout: Double = 0,
    on_timeout: ((_ handle: Handle) -> Void)? = nil,
    on_rtimeout: ((_ handle: Handle) -> Void)? = nil,
    on_wtimeout: ((_ handle: Handle) -> Void)? = nil,
    rbuf_max: Int? = nil,
    wbuf_max: Int? = nil,
    autocork: Bool = false,
    no_delay: Bool? = nil,
    keepalive: Bool? = nil,
    oobinline: Bool = true,
    low_water_mark: Int = 0,
    linger: Double = 3600,
    peername: String? = nil,
    tls: TLSRole? = nil,
    tls_ctx: TLSContext? = nil,
    on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? = nil,
    on_stoptls: ((_ handle: Handle) -> Void)? = nil
  ) {
    var options = Options()
    options.on_prepare = on_prepare
    options.on_connect = on_connect
    options.on_connect_error = on_connect_error
    options.on_error = on_error
    options.on_read = on_read
    options.on_eof = on_eof
    options.on_drain = on_drain
    options.timeout = timeout
    options.rtimeout = rtimeout
    options.wtimeout = wtimeout
    options.on_timeout = on_timeout
    options.on_rtimeout = on_rtimeout
    options.on_wtimeout = on_wtimeout
    options.rbuf_max = rbuf_max
    options.wbuf_max = wbuf_max
    options.autocork = autocork
    options.no_delay = no_delay
    options.keepalive = keepalive
    options.oobinline = oobinline
    options.low_water_mark = low_water_mark
    options.linger = linger
    options.peername = peername
    options.tls = tls
    options.tls_ctx = tls_ctx
    options.on_starttls = on_starttls
    options.on_stoptls = on_stoptls
    self.init(Self.source(fh, connect), options, on: loop)
  }

  private static func source(
    _ fh: CInt?, _ connect: (host: String, service: any TCPService)?
  ) -> Source {
    switch (fh, connect) {
    case (let fh?, nil): return .fh(fh)
    case (nil, let address?): return .connect(host: address.host, service: address.service)
    case (nil, nil):
      misuse("a Handle needs fh, a descriptor, or connect, an address: neither was given")
    case (_?, _?):
      misuse("a Handle takes fh, a descriptor, or connect, an address: both were given")
    }
  }
}
