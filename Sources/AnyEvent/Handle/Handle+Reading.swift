internal import Glibc

extension Handle {
  /// Has `cb` look at ``rbuf``, after all requests that were pushed before, each time something
  /// arrives, until it returns true: it has taken what it wanted.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_read ($cb)`.
  public func push_read(_ cb: @escaping (_ handle: Handle) -> Bool) {
    guard !destroyed else { return }
    queue.push(HandlePlainRequest(cb))
    consume()
  }

  /// The same, before all requests that are there.
  ///
  /// Corresponds to Perl's `$handle->unshift_read`.
  public func unshift_read(_ cb: @escaping (_ handle: Handle) -> Bool) {
    guard !destroyed else { return }
    queue.unshift(HandlePlainRequest(cb))
    consume()
  }

  /// Calls `cb` once with the next piece of a form, after all requests that were pushed before:
  /// `push_read(.line) { handle, line in … }`.
  ///
  /// Data that is not of that form is a non-fatal error `EBADMSG`. Corresponds to Perl's
  /// `$handle->push_read (type => …, $cb)`.
  public func push_read<Output>(
    _ type: HandleReadType<Output>, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) {
    guard !destroyed else { return }
    queue.push(HandleTypedRequest(type, cb))
    consume()
  }

  /// The same, before all requests that are there.
  public func unshift_read<Output>(
    _ type: HandleReadType<Output>, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) {
    guard !destroyed else { return }
    queue.unshift(HandleTypedRequest(type, cb))
    consume()
  }

  /// Reads nothing, and so calls nothing, until ``start_read()``; any new request starts it, too.
  public func stop_read() { stream.pause() }

  /// Reads again.
  ///
  /// Corresponds to Perl's `$handle->start_read`.
  public func start_read() {
    guard isReady, !hasEnded, !isAtEnd, !stream.isReading else { return }
    stream.start()
    queue.first?.resume(self)
  }

  var wantsToRead: Bool { options.on_read != nil || !queue.isEmpty || isEncrypted }

  /// Gives what is in `rbuf` to those who want it, and reports the end when they have had it.
  func consume() {
    guard isReady, !isConsuming else { return }
    isConsuming = true
    defer { isConsuming = false }
    guard serve(), !destroyed else { return }
    if hasEnded {
      // Once: nothing will come that could change it.
      hasEnded = false
      isAtEnd = true
      guard let on_eof = options.on_eof else {
        return fail(0, fatal: true, "unexpected end of file")
      }
      return on_eof(self)
    }
    let most = tlsState == .refused ? loop.readBuffer.count : options.rbuf_max
    if let most, rbuf.count > most {
      fail(ENOSPC, fatal: true, "more than rbuf_max bytes were read and not used")
    } else if options.on_read != nil || !queue.isEmpty {
      start_read()
    }
  }

  /// Calls requests and `on_read` as long as that gets on; false after an error.
  private func serve() -> Bool {
    // Where TLS was wanted, nobody is given what comes without it.
    if tlsState == .refused { return true }
    while !destroyed {
      if let request = queue.next() {
        guard !request.serve(self) else { continue }
        guard !destroyed else { return false }
        queue.unshift(request)
        return canWait()
      }
      guard let on_read = options.on_read else {
        // TLS wants to be read from by itself, but not more than what somebody takes.
        if !isEncrypted || !rbuf.isEmpty { stream.pause() }
        return true
      }
      guard !rbuf.isEmpty else { return true }
      let count = rbuf.count
      on_read(self)
      if destroyed { return false }
      if rbuf.count == count, queue.isEmpty, options.on_read != nil { return canWait() }
    }
    return false
  }

  /// Whether more may come; if not, it is an error that more is wanted.
  private func canWait() -> Bool {
    guard hasEnded || isAtEnd else { return true }
    fail(EPIPE, fatal: true, "unexpected end of file")
    return false
  }
}
