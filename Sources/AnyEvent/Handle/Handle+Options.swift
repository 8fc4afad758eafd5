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

    /// Options; those that are not given change nothing.
    public init(
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
      self.on_error = on_error
      self.on_read = on_read
      self.on_eof = on_eof
      self.on_drain = on_drain
      self.timeout = timeout
      self.rtimeout = rtimeout
      self.wtimeout = wtimeout
      self.on_timeout = on_timeout
      self.on_rtimeout = on_rtimeout
      self.on_wtimeout = on_wtimeout
      self.rbuf_max = rbuf_max
      self.wbuf_max = wbuf_max
      self.autocork = autocork
      self.no_delay = no_delay
      self.keepalive = keepalive
      self.oobinline = oobinline
      self.low_water_mark = low_water_mark
      self.linger = linger
      self.peername = peername
      self.tls = tls
      self.tls_ctx = tls_ctx
      self.on_starttls = on_starttls
      self.on_stoptls = on_stoptls
    }
  }

  /// A handle on a descriptor, as Perl writes it: `Handle(fh: socket, on_read: { … })`.
  ///
  /// About the descriptor see ``Source/fh(_:)``; each of the others is described at the ``Options`` of the
  /// same name. Corresponds to Perl's `AnyEvent::Handle->new (fh => …)`.
  public convenience init(
    fh: CInt,
    on loop: Loop = .current,
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
    let options = Options(
      on_error: on_error, on_read: on_read, on_eof: on_eof, on_drain: on_drain,
      timeout:
        timeout, rtimeout: rtimeout, wtimeout: wtimeout, on_timeout: on_timeout,
      on_rtimeout: on_rtimeout, on_wtimeout: on_wtimeout, rbuf_max: rbuf_max,
      wbuf_max:
        wbuf_max, autocork: autocork, no_delay: no_delay, keepalive: keepalive,
      oobinline:
        oobinline, low_water_mark: low_water_mark, linger: linger, peername: peername,
      tls:
        tls, tls_ctx: tls_ctx, on_starttls: on_starttls, on_stoptls: on_stoptls)
    self.init(.fh(fh), options, on: loop)
  }

  /// A handle that connects first, as Perl writes it: `Handle(connect: (host, port), on_error: { … })`.
  ///
  /// About the address see ``Source/connect(host:service:)``; each of the others is described at the
  /// ``Options`` of the same name. Corresponds to Perl's `AnyEvent::Handle->new (connect => …)`.
  public convenience init(
    connect: (host: String, service: any TCPService),
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
    var options = Options(
      on_error: on_error, on_read: on_read, on_eof: on_eof, on_drain: on_drain,
      timeout:
        timeout, rtimeout: rtimeout, wtimeout: wtimeout, on_timeout: on_timeout,
      on_rtimeout: on_rtimeout, on_wtimeout: on_wtimeout, rbuf_max: rbuf_max,
      wbuf_max:
        wbuf_max, autocork: autocork, no_delay: no_delay, keepalive: keepalive,
      oobinline:
        oobinline, low_water_mark: low_water_mark, linger: linger, peername: peername,
      tls:
        tls, tls_ctx: tls_ctx, on_starttls: on_starttls, on_stoptls: on_stoptls)
    options.on_prepare = on_prepare
    options.on_connect = on_connect
    options.on_connect_error = on_connect_error
    self.init(.connect(host: connect.host, service: connect.service), options, on: loop)
  }
}
