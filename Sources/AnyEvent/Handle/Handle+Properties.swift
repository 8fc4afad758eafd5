internal import AEValue
internal import Glibc

/// The properties that can be changed while the handle works, as the ``Options`` of the same names say.
extension Handle {
  /// See ``Options/on_error``.
  public var on_error: ((_ handle: Handle, _ fatal: Bool, _ message: String) -> Void)? {
    get { options.on_error }
    set { if !destroyed { options.on_error = newValue } }
  }

  /// See ``Options/on_read``.
  public var on_read: ((_ handle: Handle) -> Void)? {
    get { options.on_read }
    set {
      guard !destroyed else { return }
      options.on_read = newValue
      consume()
    }
  }

  /// See ``Options/on_eof``.
  public var on_eof: ((_ handle: Handle) -> Void)? {
    get { options.on_eof }
    set { if !destroyed { options.on_eof = newValue } }
  }

  /// See ``Options/on_drain``.
  public var on_drain: ((_ handle: Handle) -> Void)? {
    get { options.on_drain }
    set {
      guard !destroyed else { return }
      options.on_drain = newValue
      if newValue != nil { drainedAtStart() }
    }
  }

  /// See ``Options/timeout``.
  public var timeout: Double {
    get { options.timeout }
    set {
      options.timeout = newValue
      timeouts[.either] = newValue
    }
  }

  /// See ``Options/rtimeout``.
  public var rtimeout: Double {
    get { options.rtimeout }
    set {
      options.rtimeout = newValue
      timeouts[.read] = newValue
    }
  }

  /// See ``Options/wtimeout``.
  public var wtimeout: Double {
    get { options.wtimeout }
    set {
      options.wtimeout = newValue
      timeouts[.write] = newValue
    }
  }

  /// See ``Options/on_timeout``.
  public var on_timeout: ((_ handle: Handle) -> Void)? {
    get { options.on_timeout }
    set { if !destroyed { options.on_timeout = newValue } }
  }

  /// See ``Options/on_rtimeout``.
  public var on_rtimeout: ((_ handle: Handle) -> Void)? {
    get { options.on_rtimeout }
    set { if !destroyed { options.on_rtimeout = newValue } }
  }

  /// See ``Options/on_wtimeout``.
  public var on_wtimeout: ((_ handle: Handle) -> Void)? {
    get { options.on_wtimeout }
    set { if !destroyed { options.on_wtimeout = newValue } }
  }

  /// See ``Options/rbuf_max``.
  public var rbuf_max: Int? {
    get { options.rbuf_max }
    set { options.rbuf_max = newValue }
  }

  /// See ``Options/wbuf_max``.
  public var wbuf_max: Int? {
    get { options.wbuf_max }
    set { options.wbuf_max = newValue }
  }

  /// See ``Options/autocork``.
  public var autocork: Bool {
    get { options.autocork }
    set {
      options.autocork = newValue
      stream.timing = newValue ? .atEndOfIteration : .atOnce
    }
  }

  /// See ``Options/no_delay``.
  public var no_delay: Bool? {
    get { options.no_delay }
    set {
      options.no_delay = newValue
      if let newValue, isReady { tcp_nodelay(fh, newValue) }
    }
  }

  /// See ``Options/keepalive``.
  public var keepalive: Bool? {
    get { options.keepalive }
    set {
      options.keepalive = newValue
      if let newValue, isReady { setKeepalive(newValue) }
    }
  }

  /// See ``Options/low_water_mark``.
  public var low_water_mark: Int {
    get { options.low_water_mark }
    set {
      options.low_water_mark = newValue
      stream.lowWaterMark = newValue
    }
  }

  /// See ``Options/linger``.
  public var linger: Double {
    get { options.linger }
    set { options.linger = newValue }
  }

  /// See ``Options/peername``.
  public var peername: String? {
    get { options.peername }
    set { options.peername = newValue }
  }

  /// See ``Options/on_starttls``.
  public var on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? {
    get { options.on_starttls }
    set { if !destroyed { options.on_starttls = newValue } }
  }

  /// See ``Options/on_stoptls``.
  public var on_stoptls: ((_ handle: Handle) -> Void)? {
    get { options.on_stoptls }
    set { if !destroyed { options.on_stoptls = newValue } }
  }

  // MARK: Time-outs

  /// Counts as if something was read or written now.
  public func timeout_reset() { timeouts.reset(.either) }

  /// Counts as if something was read now.
  public func rtimeout_reset() { timeouts.reset(.read) }

  /// Counts as if something was written now.
  public func wtimeout_reset() { timeouts.reset(.write) }

  /// After how many seconds a clock expires; 0: never.
  func seconds(_ kind: StreamTimeouts.Kind) -> Double {
    switch kind {
    case .either: options.timeout
    case .read: options.rtimeout
    case .write: options.wtimeout
    }
  }

  /// A clock has expired.
  func expired(_ kind: StreamTimeouts.Kind) {
    let callback =
      switch kind {
      case .either: options.on_timeout
      case .read: options.on_rtimeout
      case .write: options.on_wtimeout
      }
    guard let callback else {
      return fail(ETIMEDOUT, fatal: false, SystemCalls.text(for: ETIMEDOUT))
    }
    callback(self)
  }
}
