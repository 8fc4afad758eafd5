internal import AEValue
internal import Glibc

extension Handle {
  /// The progress of TLS.
  enum TLSState {
    case none, handshake, up
    /// The handshake has failed, and `on_starttls` was called.
    case refused
    /// TLS has failed after the handshake; the handle is about to end.
    case broken
  }

  /// Starts TLS in either role; the client need not be the end that has connected.
  ///
  /// The bytes in ``rbuf`` belong to TLS from now on; bytes that were pushed before leave in clear, later
  /// ones encrypted. Without a context one is taken that trusts the system's authorities. The outcome of
  /// the handshake comes by ``on_starttls``; a failure without that callback, and later failures, are
  /// fatal errors `EPROTO`. After a failure nothing is sent or given out in clear instead: `destroy()`
  /// the handle, or start TLS anew from a timer. May call callbacks. Corresponds to Perl's
  /// `$handle->starttls`.
  public func starttls(_ role: TLSRole, _ context: TLSContext? = nil) {
    loop.preconditionOnLoop()
    guard !isDestroyed else { return }
    require(!isEncrypted, "starttls: TLS is started already; wait for on_stoptls")
    options.tls = role
    options.tls_ctx = context ?? options.tls_ctx
    // Bytes that are pushed from now on wait for TLS.
    stream.transform(with: StreamGate())
    guard isReady else { return }
    options.tls = nil
    tlsState = .handshake
    do throws(TLSError) {
      let context = if let given = options.tls_ctx { given } else { try TLSContext.standard.get() }
      let tls = try TLSTransform(context, as: role, peername: options.peername, on: loop)
      tls.onEstablished = { [weak self] in
        guard let self else { return }
        tlsState = .up
        options.on_starttls?(self, true, nil)
      }
      stream.transform(with: tls)
      try tls.start()
    } catch {
      return tlsFailed(error.description)
    }
    resumeReading()
    stream.outputGrew()
    guard !isDestroyed, !received.isEmpty else { return }
    var early = received.take()
    early.withUnsafeMutableBytes { stream.take($0) }
  }

  /// Announces the end of TLS to the other end, and waits for its answer; see ``on_stoptls``.
  ///
  /// Bytes that are pushed from now on wait for that answer, and then leave in clear.
  ///
  /// Corresponds to Perl's `$handle->stoptls`.
  public func stoptls() {
    loop.preconditionOnLoop()
    guard !isDestroyed, stream.transform?.canStop == true else { return }
    stream.announceEndOfTransform()
  }

  /// Forgets TLS: bytes that were pushed and have not left are lost, and arriving bytes are given out as they are.
  ///
  /// For a stream whose encrypted rest nobody reads. Corresponds to Perl's `$handle->resettls`.
  public func resettls() {
    loop.preconditionOnLoop()
    guard !isDestroyed, stream.transform != nil else { return }
    options.tls = nil
    tlsState = .none
    // The waiting bytes were meant for TLS, and must not leave in clear.
    stream.output.removeAll()
    stream.transform = nil
  }

  /// The version and cipher of TLS, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; nil without encryption.
  public var tls_cipher: String? {
    loop.preconditionOnLoop()
    return isDestroyed ? nil : stream.transform?.cipher
  }

  /// The certificate that the other end has presented, whether it was verified or not; nil before the handshake
  /// is over, and if there is none.
  ///
  /// Corresponds to what Perl asks of `$handle->{tls}` by `Net::SSLeay::get_peer_certificate`.
  public var tls_certificate: TLSCertificate? {
    loop.preconditionOnLoop()
    return isDestroyed ? nil : (stream.transform as? TLSTransform)?.certificate
  }

  /// Whether the stream is encrypted, or about to be.
  var isEncrypted: Bool { tlsState == .handshake || tlsState == .up }

  /// TLS has failed; an alert has told the other end why.
  func tlsFailed(_ reason: String) {
    guard tlsState == .handshake else {
      tlsState = .broken
      // The bytes before the failure are still valid, but answers to them are not sent.
      consume()
      return fail(EPROTO, fatal: true, reason)
    }
    tlsState = .refused
    guard let on_starttls = options.on_starttls else {
      return fail(EPROTO, fatal: true, reason)
    }
    stream.transform(with: StreamGate())
    resumeReading()
    on_starttls(self, false, reason)
    consume()
  }
}

extension TLSRole: ExpressibleByStringLiteral {
  /// Perl's spelling: `"connect"` or `"accept"`; another literal stops the program with a sentence.
  public init(stringLiteral value: String) {
    guard let role = TLSRole(rawValue: value) else {
      misuse("tls takes \"connect\" or \"accept\", not \"\(value)\"")
    }
    self = role
  }
}

extension Handle {
  /// The other end has ended TLS: true if the stream goes on in clear, as ``on_stoptls`` wants.
  func transformHasEnded() -> Bool {
    guard options.on_stoptls != nil, let transform = stream.transform, transform.canStop else {
      return false
    }
    var unread = Array(transform.unread)
    // The bytes in `rbuf` were encrypted, so answers to them are encrypted, too.
    consume()
    guard !isDestroyed, stream.transform === transform, stream.endTransform() else { return true }
    tlsState = .none
    options.on_stoptls?(self)
    // The bytes behind the end may begin a new TLS handshake.
    if !isDestroyed, !unread.isEmpty { unread.withUnsafeMutableBytes { stream.take($0) } }
    return true
  }
}
