internal import AEValue
internal import Glibc

extension Handle {
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
    require(session == nil, "starttls: TLS is started already; wait for on_stoptls")
    options.tls = role
    options.tls_ctx = context ?? options.tls_ctx
    guard isReady else { return }
    tlsState = .handshake
    do throws(TLSError) {
      let context = if let given = options.tls_ctx { given } else { try TLSContext.standard.get() }
      let session = try TLSSession(
        context, as: role, peername: options.peername, output: wbuf)
      self.session = session
      options.tls = nil
      try session.start()
    } catch {
      options.tls = nil
      return failTLS(error)
    }
    start_read()
    if rbuf.isEmpty { return flush() }
    let early = rbuf.takeFirst(rbuf.count)
    early.withUnsafeBytes { decrypt($0) }
    consume()
  }

  /// Starts TLS if what comes next is the beginning of it, and else does nothing.
  ///
  /// Corresponds to Perl's `$handle->push_read (tls_autostart => …)`.
  public func push_read(tls_autostart role: TLSRole, _ context: TLSContext? = nil) {
    push_read(.tls_detect) { handle, found in
      // Inside TLS it is no beginning but data.
      if found.detected, handle.session == nil { handle.starttls(role, context) }
    }
  }

  /// Ends TLS by telling the other end, whose answer is awaited; see ``on_stoptls``.
  ///
  /// What is pushed from now on waits for that, and then leaves as it is.
  ///
  /// Corresponds to Perl's `$handle->stoptls`.
  public func stoptls() {
    guard !destroyed, let session, session.canStop else { return }
    guard encrypt() else { return }
    session.close()
    flush()
  }

  /// What the stream is encrypted with, `TLSv1.3 TLS_AES_256_GCM_SHA384`; nil when it is not.
  public var tls_cipher: String? {
    guard let session, session.isEstablished else { return nil }
    return session.cipher
  }

  /// Encrypts what waits for it; false after an error.
  func encrypt() -> Bool {
    guard let session, session.isWritable, !plaintext.isEmpty else { return true }
    do throws(TLSError) {
      try session.write(plaintext.bytes)
      plaintext.removeFirst(plaintext.count)
      return true
    } catch {
      failTLS(error)
      return false
    }
  }

  /// Takes what arrived and puts into `rbuf` what it means.
  func decrypt(_ bytes: UnsafeRawBufferPointer) {
    guard let session else { return }
    session.provide(bytes)
    do throws(TLSError) {
      // A callback may end the session.
      while self.session === session {
        switch try session.next(into: loop.plaintextBuffer) {
        case .incomplete: return flush()
        case .established:
          tlsState = .up
          options.on_starttls?(self, true, nil)
        case .content(let count):
          rbuf.append(contentsOf: UnsafeRawBufferPointer(rebasing: loop.plaintextBuffer[..<count]))
        case .end: return stopped(session)
        }
      }
    } catch {
      failTLS(error)
    }
  }

  /// The other end has ended TLS.
  private func stopped(_ session: any HandleSession) {
    guard options.on_stoptls != nil, session.canStop else {
      // As any end of file: what we write goes on, and encrypted.
      reader = nil
      hasEnded = true
      return flush()
    }
    let unread = Array(session.unread)
    // What came before belongs to what was encrypted, and so do the answers to it.
    consume()
    guard self.session === session, encrypt() else { return }
    // It is told that we have heard, unless it has been already.
    session.close()
    self.session = nil
    tlsState = .none
    wbuf.append(contentsOf: plaintext.bytes)
    plaintext.removeAll()
    // Who has closed the stream as well does not hear it, which is no error of ours.
    if writer == nil, case .blocked = HandleWriting.write(wbuf, to: descriptor) { waitForRoom() }
    options.on_stoptls?(self)
    guard !destroyed, !unread.isEmpty else { return }
    // Which may be the beginning of TLS again.
    if self.session == nil {
      rbuf.append(contentsOf: unread)
    } else {
      unread.withUnsafeBytes { decrypt($0) }
    }
  }

  /// Encrypts the rest at the end of the handle, and the end.
  func finishTLS() {
    guard let session, session.isWritable else { return }
    if !plaintext.isEmpty, (try? session.write(plaintext.bytes)) == nil { return }
    session.close()
  }

  /// The stream has ended; false if that was too early.
  func endTLS() -> Bool {
    guard let session else { return true }
    do throws(TLSError) {
      try session.endOfStream()
      return true
    } catch {
      failTLS(error)
      return false
    }
  }

  private func failTLS(_ error: TLSError) {
    let isHandshake = tlsState == .handshake
    tlsState = isHandshake ? .refused : .broken
    // The other end is told why.
    if isReady, writer == nil { _ = HandleWriting.write(wbuf, to: descriptor) }
    session = nil
    if isHandshake, let on_starttls = options.on_starttls {
      on_starttls(self, false, error.description)
    } else {
      // What came before it is still of use; answers to it are not sent.
      if !isHandshake { consume() }
      fail(EPROTO, fatal: true, error.description)
    }
  }
}
