internal import AEValue
internal import Glibc

/// The properties that can be changed while the handle works, as the ``Options`` of the same names say.
extension Handle {
  /// See ``Options/on_error``.
  public var on_error: ((_ handle: Handle, _ fatal: Bool, _ message: String) -> Void)? {
    get { checked().options.on_error }
    set { change { $0.on_error = newValue } }
  }

  /// See ``Options/on_read``.
  public var on_read: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_read }
    set {
      change { $0.on_read = newValue }
      consume()
    }
  }

  /// See ``Options/on_eof``.
  public var on_eof: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_eof }
    set {
      change { $0.on_eof = newValue }
      // An end that was not told yet, for want of a callback, is told now.
      if newValue != nil, hasEnded { consume() }
    }
  }

  /// See ``Options/on_drain``.
  public var on_drain: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_drain }
    set {
      change { $0.on_drain = newValue }
      guard !isDestroyed else { return }
      watchDrain()
      if newValue != nil { drainedAtStart() }
    }
  }

  /// See ``Options/timeout``.
  public var timeout: Double {
    get { checked().options.timeout }
    set {
      change { $0.timeout = newValue }
      timeouts[.either] = newValue
    }
  }

  /// See ``Options/rtimeout``.
  public var rtimeout: Double {
    get { checked().options.rtimeout }
    set {
      change { $0.rtimeout = newValue }
      timeouts[.read] = newValue
    }
  }

  /// See ``Options/wtimeout``.
  public var wtimeout: Double {
    get { checked().options.wtimeout }
    set {
      change { $0.wtimeout = newValue }
      timeouts[.write] = newValue
    }
  }

  /// See ``Options/on_timeout``.
  public var on_timeout: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_timeout }
    set { change { $0.on_timeout = newValue } }
  }

  /// See ``Options/on_rtimeout``.
  public var on_rtimeout: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_rtimeout }
    set { change { $0.on_rtimeout = newValue } }
  }

  /// See ``Options/on_wtimeout``.
  public var on_wtimeout: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_wtimeout }
    set { change { $0.on_wtimeout = newValue } }
  }

  /// See ``Options/rbuf_max``.
  public var rbuf_max: Int? {
    get { checked().options.rbuf_max }
    set { change { $0.rbuf_max = newValue } }
  }

  /// See ``Options/wbuf_max``.
  public var wbuf_max: Int? {
    get { checked().options.wbuf_max }
    set { change { $0.wbuf_max = newValue } }
  }

  /// See ``Options/autocork``.
  public var autocork: Bool {
    get { checked().options.autocork }
    set {
      change { $0.autocork = newValue }
      stream.timing = newValue ? .atEndOfIteration : .atOnce
    }
  }

  /// See ``Options/no_delay``.
  public var no_delay: Bool? {
    get { checked().options.no_delay }
    set {
      change { $0.no_delay = newValue }
      if let newValue, isReady { tcp_nodelay(fh, newValue) }
    }
  }

  /// See ``Options/keepalive``.
  public var keepalive: Bool? {
    get { checked().options.keepalive }
    set {
      change { $0.keepalive = newValue }
      if let newValue, isReady { set(SO_KEEPALIVE, newValue) }
    }
  }

  /// See ``Options/oobinline``.
  public var oobinline: Bool {
    get { checked().options.oobinline }
    set {
      change { $0.oobinline = newValue }
      if isReady { set(SO_OOBINLINE, newValue) }
    }
  }

  /// See ``Options/low_water_mark``.
  public var low_water_mark: Int {
    get { checked().options.low_water_mark }
    set {
      change { $0.low_water_mark = newValue }
      stream.lowWaterMark = newValue
    }
  }

  /// See ``Options/linger``.
  public var linger: Double {
    get { checked().options.linger }
    set { change { $0.linger = newValue } }
  }

  /// See ``Options/peername``.
  public var peername: String? {
    get { checked().options.peername }
    set { change { $0.peername = newValue } }
  }

  /// See ``Options/on_starttls``.
  public var on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? {
    get { checked().options.on_starttls }
    set { change { $0.on_starttls = newValue } }
  }

  /// See ``Options/on_stoptls``.
  public var on_stoptls: ((_ handle: Handle) -> Void)? {
    get { checked().options.on_stoptls }
    set { change { $0.on_stoptls = newValue } }
  }

  /// The handle, for its own thread.
  @inline(__always)
  private func checked(_ function: StaticString = #function) -> Handle {
    loop.preconditionOnLoop(function)
    return self
  }

  /// Changes an option, unless the handle has gone: then nothing would release a callback.
  @inline(__always)
  private func change(_ function: StaticString = #function, _ set: (inout Options) -> Void) {
    loop.preconditionOnLoop(function)
    if !isDestroyed { set(&options) }
  }

  // MARK: Time-outs

  /// Counts as if something was read or written now.
  public func timeout_reset() { checked().timeouts.reset(.either) }

  /// Counts as if something was read now.
  public func rtimeout_reset() { checked().timeouts.reset(.read) }

  /// Counts as if something was written now.
  public func wtimeout_reset() { checked().timeouts.reset(.write) }

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
    if let callback { return callback(self) }
    // Nothing is read while tasks do something else; the clock starts anew when one asks again.
    let isIdle = isUnasked() && (kind == .read || (kind == .either && stream.queuedCount == 0))
    if !isIdle { fail(ETIMEDOUT, fatal: false) }
  }
}
