internal import AEValue
internal import Glibc

extension Handle {
  /// Has `cb` look at ``rbuf``, after all earlier requests, each time bytes arrive, until it returns
  /// true because it has taken its part.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_read ($cb)`.
  public func push_read(_ cb: @escaping (_ handle: Handle) -> Bool) {
    push(HandlePlainRequest(cb))
  }

  /// Has `cb` look at ``rbuf`` before all queued requests.
  ///
  /// Corresponds to Perl's `$handle->unshift_read`.
  public func unshift_read(_ cb: @escaping (_ handle: Handle) -> Bool) {
    unshift(HandlePlainRequest(cb))
  }

  /// Calls `cb` once with the next piece of a form, after all earlier requests:
  /// `push_read(.line) { handle, line in … }`.
  ///
  /// Data that is not of that form is a non-fatal error `EBADMSG`. Corresponds to Perl's
  /// `$handle->push_read (type => …, $cb)`.
  public func push_read<Output>(
    _ type: HandleReadType<Output>, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) {
    push(type.request(self, cb))
  }

  /// Calls `cb` once with the next piece of a form, before all queued requests.
  public func unshift_read<Output>(
    _ type: HandleReadType<Output>, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) {
    unshift(type.request(self, cb))
  }

  /// Calls `cb` once with the two results of a form: `push_read(.line) { handle, line, eol in … }`.
  public func push_read<First, Second>(
    _ type: HandleReadType<(First, Second)>,
    _ cb: @escaping (_ handle: Handle, _ first: First, _ second: Second) -> Void
  ) {
    push(type.request(self) { cb($0, $1.0, $1.1) })
  }

  /// Calls `cb` once with the two results of a form, before all queued requests.
  public func unshift_read<First, Second>(
    _ type: HandleReadType<(First, Second)>,
    _ cb: @escaping (_ handle: Handle, _ first: First, _ second: Second) -> Void
  ) {
    unshift(type.request(self) { cb($0, $1.0, $1.1) })
  }

  /// Calls `cb` once with the result of ``HandleReadType/tls_detect``: `push_read(.tls_detect) { handle, detect,
  /// major, minor in … }`.
  public func push_read(
    _ type: HandleReadType<TLSDetection>,
    _ cb: @escaping (_ handle: Handle, _ detect: Bool, _ major: UInt8, _ minor: UInt8) -> Void
  ) {
    push(type.request(self) { cb($0, $1.detected, $1.major, $1.minor) })
  }

  /// Calls `cb` once with the result of ``HandleReadType/tls_detect``, before all queued requests.
  public func unshift_read(
    _ type: HandleReadType<TLSDetection>,
    _ cb: @escaping (_ handle: Handle, _ detect: Bool, _ major: UInt8, _ minor: UInt8) -> Void
  ) {
    unshift(type.request(self) { cb($0, $1.detected, $1.major, $1.minor) })
  }

  /// Reads a form without a result, such as ``HandleReadType/tls_autostart(_:)``.
  public func push_read(_ type: HandleReadType<Void>) { push(type.request(self) { _, _ in }) }

  /// Reads a form without a result before all queued requests.
  public func unshift_read(_ type: HandleReadType<Void>) { unshift(type.request(self) { _, _ in }) }

  private func push(_ request: HandleReadRequest, _ function: StaticString = "push_read") {
    loop.preconditionOnLoop(function)
    guard !isDestroyed else { return }
    queue.push(request)
    consume()
  }

  private func unshift(_ request: HandleReadRequest, _ function: StaticString = "unshift_read") {
    loop.preconditionOnLoop(function)
    guard !isDestroyed else { return }
    queue.unshift(request)
    consume()
  }

  /// Stops reading, and so all callbacks for it, until ``start_read()`` or a new request.
  public func stop_read() {
    loop.preconditionOnLoop()
    stream.pause()
  }

  /// Reads again.
  ///
  /// Corresponds to Perl's `$handle->start_read`.
  public func start_read() {
    loop.preconditionOnLoop()
    resumeReading()
  }

  func resumeReading() {
    guard isReady, !hasEnded, !isAtEnd, !stream.isReading else { return }
    stream.start()
    queue.first?.resume(self)
  }

  /// Whether no request waits on a handle that tasks read from: they will ask later.
  func isUnasked() -> Bool {
    guard wasAwaited, options.on_read == nil else { return false }
    while let request = queue.first, !request.isWanted { _ = queue.next() }
    return queue.isEmpty
  }

  var wantsToRead: Bool { options.on_read != nil || !queue.isEmpty || isEncrypted }

  /// Offers `rbuf` to the requests and to `on_read`, and reports the end of the stream after that.
  func consume() {
    guard isReady, !isConsuming else { return }
    isConsuming = true
    defer { isConsuming = false }
    guard serve(), !isDestroyed else { return }
    if hasEnded {
      // Tasks ask for the bytes before the end first, and then for the end.
      if isUnasked(), options.on_eof == nil, !isEndTold { return }
      // The end is reported once, because no byte can follow it.
      hasEnded = false
      isAtEnd = true
      guard let on_eof = options.on_eof else {
        if isEndTold { return }
        return fail(0, fatal: true, "Unexpected end-of-file")
      }
      return on_eof(self)
    }
    let most = tlsState == .refused ? loop.readBuffer.bytes.count : options.rbuf_max
    if let most, received.count > most {
      fail(ENOSPC, fatal: true, detail: "more than rbuf_max bytes were read and not used")
    } else if options.on_read != nil || !queue.isEmpty {
      resumeReading()
    }
  }

  /// Calls requests and `on_read` as long as they take bytes; false after an error.
  private func serve() -> Bool {
    // When the handshake has failed, bytes that come in clear must not be taken for encrypted ones.
    if tlsState == .refused { return true }
    while !isDestroyed {
      if let request = queue.next() {
        guard !request.serve(self) else { continue }
        guard !isDestroyed else { return false }
        if hasEnded || isAtEnd, request.serveEnd(self) { continue }
        queue.unshift(request)
        return canWait()
      }
      guard let on_read = options.on_read else {
        // TLS reads for its own needs, but no more while nothing takes the decrypted bytes.
        if !isEncrypted || !received.isEmpty { stream.pause() }
        return true
      }
      guard !received.isEmpty else { return true }
      let count = received.count
      on_read(self)
      if isDestroyed { return false }
      if received.count == count, queue.isEmpty, options.on_read != nil { return canWait() }
    }
    return false
  }

  /// Whether more bytes may come; if not, an unserved request is an error.
  private func canWait() -> Bool {
    guard hasEnded || isAtEnd else { return true }
    fail(EPIPE, fatal: true, detail: "the end came although more is wanted")
    return false
  }
}
