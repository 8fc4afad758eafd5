internal import AEValue
internal import Glibc

extension Handle {
  /// How far TLS has come.
  enum TLSState {
    case none, handshake, up
    /// The handshake has failed, and `on_starttls` was told.
    case refused
    /// It failed later; the handle is about to end.
    case broken
  }

  /// Starts TLS, in either role, whoever has connected.
  ///
  /// What is in ``rbuf`` belongs to TLS from now on; what was pushed before leaves as it is, what is
  /// pushed from now on encrypted. Without a context one is taken that trusts the system's
  /// authorities. The handshake's outcome is told by ``on_starttls``; a failure without that, and
  /// later ones, are fatal errors `EPROTO`. After a failure nothing is sent or given out in clear
  /// instead: `destroy()` the handle, or start TLS anew from a timer. May call callbacks.
  /// Corresponds to Perl's `$handle->starttls`.
  public func starttls(_ role: TLSRole, _ context: TLSContext? = nil) {
    guard !destroyed else { return }
    require(!isEncrypted, "starttls: TLS is started already; wait for on_stoptls")
    options.tls = role
    options.tls_ctx = context ?? options.tls_ctx
    // What is pushed from now on waits for TLS.
    stream.transform(with: StreamGate())
    guard isReady else { return }
    options.tls = nil
    tlsState = .handshake
    do throws(TLSError) {
      let context = if let given = options.tls_ctx { given } else { try TLSContext.standard.get() }
      let tls = try TLSTransform(context, as: role, peername: options.peername, on: loop)
      tls.onEstablished = { [unowned self] in
        tlsState = .up
        options.on_starttls?(self, true, nil)
      }
      stream.transform(with: tls)
      try tls.start()
    } catch {
      return tlsFailed(error.description)
    }
    start_read()
    stream.outputGrew()
    guard !destroyed, !rbuf.isEmpty else { return }
    var early = rbuf.takeFirst(rbuf.count)
    early.withUnsafeMutableBytes { stream.take($0) }
  }

  /// Starts TLS if what comes next is the beginning of it, and else does nothing.
  ///
  /// Corresponds to Perl's `$handle->push_read (tls_autostart => …)`.
  public func push_read(tls_autostart role: TLSRole, _ context: TLSContext? = nil) {
    push_read(.tls_detect) { handle, found in
      // Inside TLS it is no beginning but data.
      if found.detected, !handle.isEncrypted { handle.starttls(role, context) }
    }
  }

  /// Ends TLS by telling the other end, whose answer is awaited; see ``on_stoptls``.
  ///
  /// What is pushed from now on waits for that, and then leaves as it is.
  ///
  /// Corresponds to Perl's `$handle->stoptls`.
  public func stoptls() {
    guard !destroyed, stream.transform?.canStop == true else { return }
    stream.announceEndOfTransform()
  }

  /// What the stream is encrypted with, `TLSv1.3 TLS_AES_256_GCM_SHA384`; nil when it is not.
  public var tls_cipher: String? { destroyed ? nil : stream.transform?.cipher }

  /// Whether the stream is encrypted, or about to be.
  var isEncrypted: Bool { tlsState == .handshake || tlsState == .up }

  /// TLS has failed; the other end has been told why.
  func tlsFailed(_ reason: String) {
    guard tlsState == .handshake else {
      tlsState = .broken
      // What came before it is still of use; answers to it are not sent.
      consume()
      return fail(EPROTO, fatal: true, reason)
    }
    tlsState = .refused
    guard let on_starttls = options.on_starttls else {
      return fail(EPROTO, fatal: true, reason)
    }
    stream.transform(with: StreamGate())
    start_read()
    on_starttls(self, false, reason)
    consume()
  }
}

extension Handle: StreamOwner {
  func streamHasDelivered() { consume() }

  func streamTransformHasEnded() -> Bool {
    guard options.on_stoptls != nil, let transform = stream.transform, transform.canStop else {
      return false
    }
    var unread = Array(transform.unread)
    // What came before belongs to what was encrypted, and so do the answers to it.
    consume()
    guard !destroyed, stream.transform === transform, stream.endTransform() else { return true }
    tlsState = .none
    options.on_stoptls?(self)
    // What came behind may be the beginning of TLS again.
    if !destroyed, !unread.isEmpty { unread.withUnsafeMutableBytes { stream.take($0) } }
    return true
  }
}
