/// What can be changed while the handle works; each is also an argument of its `init`.
extension Handle {
  /// Called with every error; without it errors are logged and end the handle.
  ///
  /// After a fatal one the handle is destroyed. `errno` holds the system's code, or `ENOSPC`
  /// (`rbuf_max`, `wbuf_max`), `EPIPE` (the end came although more is wanted), `ETIMEDOUT`,
  /// `EBADMSG` (data is not of the form that was asked for), `EPROTO` (TLS), or 0 for an end of
  /// file without `on_eof`.
  public var on_error: ((_ handle: Handle, _ fatal: Bool, _ message: String) -> Void)? {
    get { options.on_error }
    set { if !destroyed { options.on_error = newValue } }
  }

  /// Called when something is in ``rbuf`` and no read request is queued.
  ///
  /// Setting it may call it.
  public var on_read: ((_ handle: Handle) -> Void)? {
    get { options.on_read }
    set {
      guard !destroyed else { return }
      options.on_read = newValue
      consume()
    }
  }

  /// Called when the other end will send nothing more and no read request is queued; writing is
  /// still possible.
  public var on_eof: ((_ handle: Handle) -> Void)? {
    get { options.on_eof }
    set { if !destroyed { options.on_eof = newValue } }
  }

  /// Called when the write buffer has run empty, that is, down to ``low_water_mark``, and once when
  /// it is set while it is empty.
  public var on_drain: ((_ handle: Handle) -> Void)? {
    get { options.on_drain }
    set {
      guard !destroyed else { return }
      options.on_drain = newValue
      if newValue != nil { drainedAtStart() }
    }
  }

  /// Up to how many bytes the write buffer counts as empty.
  public var low_water_mark: Int {
    get { options.low_water_mark }
    set { options.low_water_mark = newValue }
  }

  /// After so many seconds without anything read or written ``on_timeout`` is called, or
  /// ``on_error`` without being fatal; 0: never.
  public var timeout: Double {
    get { options.timeout }
    set {
      options.timeout = newValue
      checkTimeout(.either)
    }
  }

  /// The same when nothing was read.
  public var rtimeout: Double {
    get { options.rtimeout }
    set {
      options.rtimeout = newValue
      checkTimeout(.read)
    }
  }

  /// The same when nothing was written.
  public var wtimeout: Double {
    get { options.wtimeout }
    set {
      options.wtimeout = newValue
      checkTimeout(.write)
    }
  }

  /// Called after ``timeout``, which then starts anew.
  public var on_timeout: ((_ handle: Handle) -> Void)? {
    get { options.on_timeout }
    set { if !destroyed { options.on_timeout = newValue } }
  }

  /// Called after ``rtimeout``, which then starts anew.
  public var on_rtimeout: ((_ handle: Handle) -> Void)? {
    get { options.on_rtimeout }
    set { if !destroyed { options.on_rtimeout = newValue } }
  }

  /// Called after ``wtimeout``, which then starts anew.
  public var on_wtimeout: ((_ handle: Handle) -> Void)? {
    get { options.on_wtimeout }
    set { if !destroyed { options.on_wtimeout = newValue } }
  }

  /// How many bytes may stay in ``rbuf``, after all who read have taken what they wanted; more are a
  /// fatal error `ENOSPC`.
  public var rbuf_max: Int? {
    get { options.rbuf_max }
    set { options.rbuf_max = newValue }
  }

  /// How many bytes may wait to be taken by the kernel; more are a fatal error `ENOSPC`.
  public var wbuf_max: Int? {
    get { options.wbuf_max }
    set { options.wbuf_max = newValue }
  }

  /// Whether writes wait for the next iteration of the loop, where they leave together.
  public var autocork: Bool {
    get { options.autocork }
    set { options.autocork = newValue }
  }

  /// Whether small writes leave at once (`TCP_NODELAY`); nil: as the system does.
  public var no_delay: Bool? {
    get { options.no_delay }
    set {
      options.no_delay = newValue
      if let newValue, isReady { tcp_nodelay(descriptor, newValue) }
    }
  }

  /// Whether the kernel asks a silent peer now and then (`SO_KEEPALIVE`); nil: as the system does.
  public var keepalive: Bool? {
    get { options.keepalive }
    set {
      options.keepalive = newValue
      if let newValue, isReady { setKeepalive(newValue) }
    }
  }

  /// For how many seconds what is not sent yet may still be sent after the end of the handle.
  public var linger: Double {
    get { options.linger }
    set { options.linger = newValue }
  }

  /// The name of the other end, which its certificate must have if the TLS context checks that; then
  /// it is an error that there is none.
  public var peername: String? {
    get { options.peername }
    set { options.peername = newValue }
  }

  /// Called when a TLS handshake is over; a failure comes with its reason, and no `on_error`.
  public var on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? {
    get { options.on_starttls }
    set { if !destroyed { options.on_starttls = newValue } }
  }

  /// Called when the other end has ended TLS: the stream goes on without.
  ///
  /// Unless it is set, that is an end of file. (So is an end of the stream without an end of TLS, as
  /// in Perl: what must not be cut off unnoticed has to say how long it is.)
  public var on_stoptls: ((_ handle: Handle) -> Void)? {
    get { options.on_stoptls }
    set { if !destroyed { options.on_stoptls = newValue } }
  }
}
