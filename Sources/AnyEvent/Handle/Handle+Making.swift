/// How a ``Handle`` is made, with the arguments of Perl's `AnyEvent::Handle->new`.
///
/// Each is described at the property or method of the same name, those of connecting in
/// the second form.
extension Handle {
  /// A handle on a descriptor, which it closes at the end.
  ///
  /// `fh` is the descriptor of a socket, a pipe or a terminal. With `tls` TLS is started at once.
  ///
  /// Perl makes it non-blocking. Here that is no change for anybody who shares the open file, such as
  /// the shell, or standard output beside `fh: 0`: a blocking socket is told with each call not to
  /// wait, and the number of a blocking pipe or terminal gets an open file of its own, which is
  /// non-blocking. Only where the system has no such file is the shared one made non-blocking, until
  /// the end of the handle.
  public convenience init(
    fh: CInt, on loop: Loop = .current,
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
    low_water_mark: Int = 0,
    linger: Double = 3600,
    peername: String? = nil,
    tls: TLSRole? = nil,
    tls_ctx: TLSContext? = nil,
    on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? = nil,
    on_stoptls: ((_ handle: Handle) -> Void)? = nil
  ) {
    let options = HandleOptions(
      on_error: on_error,
      on_read: on_read,
      on_eof: on_eof,
      on_drain: on_drain,
      timeout: timeout,
      rtimeout: rtimeout,
      wtimeout: wtimeout,
      on_timeout: on_timeout,
      on_rtimeout: on_rtimeout,
      on_wtimeout: on_wtimeout,
      rbuf_max: rbuf_max,
      wbuf_max: wbuf_max,
      autocork: autocork,
      no_delay: no_delay,
      keepalive: keepalive,
      low_water_mark: low_water_mark,
      linger: linger,
      peername: peername,
      tls: tls,
      tls_ctx: tls_ctx,
      on_starttls: on_starttls,
      on_stoptls: on_stoptls)
    self.init(loop, descriptor: fh, options)
    // Not from within the first init: callbacks may be called.
    begin()
  }

  /// A handle that connects first; what is pushed meanwhile waits.
  ///
  /// `connect` is host and service as for `tcp_connect`; the host becomes the `peername` unless one
  /// is given. Besides the callbacks of every handle there are these: `on_prepare` is called before
  /// each attempt, when ``fh`` is there already, and returns its time limit in seconds, 0 for the
  /// system's; `on_connect` is called with the peer's address when there is a connection, and
  /// `retry` gives it up, with all that was pushed, for the next address; `on_connect_error` is
  /// called instead of `on_error` when no address could be connected to, after which the handle is
  /// destroyed.
  public convenience init(
    connect: (host: String, service: any TCPService), on loop: Loop = .current,
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
    low_water_mark: Int = 0,
    linger: Double = 3600,
    peername: String? = nil,
    tls: TLSRole? = nil,
    tls_ctx: TLSContext? = nil,
    on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? = nil,
    on_stoptls: ((_ handle: Handle) -> Void)? = nil
  ) {
    let options = HandleOptions(
      on_prepare: on_prepare,
      on_connect: on_connect,
      on_connect_error: on_connect_error,
      on_error: on_error,
      on_read: on_read,
      on_eof: on_eof,
      on_drain: on_drain,
      timeout: timeout,
      rtimeout: rtimeout,
      wtimeout: wtimeout,
      on_timeout: on_timeout,
      on_rtimeout: on_rtimeout,
      on_wtimeout: on_wtimeout,
      rbuf_max: rbuf_max,
      wbuf_max: wbuf_max,
      autocork: autocork,
      no_delay: no_delay,
      keepalive: keepalive,
      low_water_mark: low_water_mark,
      linger: linger,
      peername: peername ?? connect.host,
      tls: tls,
      tls_ctx: tls_ctx,
      on_starttls: on_starttls,
      on_stoptls: on_stoptls)
    self.init(loop, descriptor: -1, options)
    dial(connect.host, connect.service)
  }
}
