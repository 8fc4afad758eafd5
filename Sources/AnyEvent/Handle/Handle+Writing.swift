internal import Glibc

extension Handle {
  /// Queues bytes for writing; as many as can be are written at once.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_write ($data)`.
  public func push_write(_ bytes: UnsafeRawBufferPointer) {
    guard !destroyed else { return }
    pending.append(contentsOf: bytes)
    written()
  }

  /// Queues bytes for writing.
  public func push_write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { push_write($0) }
  }

  /// Queues the UTF-8 of a text for writing.
  public func push_write(_ text: String) {
    guard !destroyed else { return }
    pending.append(text)
    written()
  }

  /// Queues a value in a form for writing: `push_write(.json, ["a", 1])`.
  ///
  /// What cannot be written in that form is a non-fatal error `EINVAL`. Corresponds to Perl's
  /// `$handle->push_write (type => …)`.
  public func push_write<Input>(_ type: HandleWriteType<Input>, _ value: Input) {
    guard !destroyed else { return }
    let before = pending.count
    do {
      try type.append(value, pending)
    } catch {
      pending.truncate(to: before)
      return fail(EINVAL, fatal: false, "cannot write \(type.name): \(error)")
    }
    written()
  }

  /// Closes the direction of writing once all is written; with TLS it is told so first.
  ///
  /// The callback ``on_drain`` is taken away. Reading goes on until the other end closes, too.
  /// Corresponds to Perl's `$handle->push_shutdown`.
  public func push_shutdown() {
    guard !destroyed else { return }
    options.on_drain = nil
    options.low_water_mark = 0
    if shutdownState == .open { shutdownState = .wanted }
    flush()
  }

  /// Where what is pushed goes.
  ///
  /// What was pushed before TLS is started leaves as it is, unless TLS was wanted from the beginning.
  private var pending: ByteBuffer {
    tlsState == .none && options.tls == nil ? wbuf : plaintext
  }

  private func written() {
    guard options.autocork else { return flush() }
    guard !isCorked, isReady else { return }
    isCorked = true
    loop.postpone { [weak self] in
      self?.isCorked = false
      self?.flush()
    }
  }

  /// Writes what can be written, and says so when all is.
  func flush() {
    // A callback that writes more is back here in a moment.
    guard isReady, !isFlushing, writer == nil else { return checkLimit() }
    isFlushing = true
    defer { isFlushing = false }
    repeat {
      guard encrypt() else { return }
      let count = wbuf.count
      switch HandleWriting.write(wbuf, to: descriptor) {
      case .done: break
      case .blocked: waitForRoom()
      case .failed(let code): return fail(code)
      }
      if wbuf.count < count {
        timeouts.wrote(at: loop.monotonicNow)
        if wbuf.count + plaintext.count <= options.low_water_mark { drained() }
      }
      shutDownIfDone()
    } while isReady && writer == nil && hasSomethingToSend
    checkLimit()
  }

  /// Whether more could be sent now.
  private var hasSomethingToSend: Bool {
    !wbuf.isEmpty || (!plaintext.isEmpty && session?.isWritable == true)
  }

  private func drained() {
    guard let on_drain = options.on_drain else { return }
    on_drain(self)
  }

  /// Calls `on_drain` although nothing was written: there is nothing to write.
  func drainedAtStart() {
    guard isReady, !isFlushing, wbuf.count + plaintext.count <= options.low_water_mark else {
      return
    }
    drained()
  }

  private func shutDownIfDone() {
    guard isReady, wbuf.isEmpty, plaintext.isEmpty else { return }
    if shutdownState == .wanted {
      shutdownState = .announced
      session?.close()
    }
    guard shutdownState == .announced, wbuf.isEmpty else { return }
    shutdownState = .done
    shutdown(descriptor, CInt(SHUT_WR))
  }

  func waitForRoom() {
    guard !destroyed else { return }
    writer = loop.io(descriptor, .write) { [unowned self] in
      writer = nil
      flush()
    }
  }

  private func checkLimit() {
    guard !destroyed, let most = options.wbuf_max, wbuf.count + plaintext.count > most else {
      return
    }
    fail(ENOSPC, fatal: true, "more than wbuf_max bytes wait to be written")
  }
}
