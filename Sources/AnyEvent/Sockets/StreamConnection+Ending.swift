/// The ways in which a stream, or its encryption, ends.
extension StreamConnection {
  /// Sends all bytes, then announces the end to the other end, whose bytes are read and dropped.
  ///
  /// The kernel resets a connection whose socket is closed with unread bytes, or at which more bytes
  /// arrive, and the other end may lose the last bytes. ``onEnd`` is called when the other end has closed,
  /// too, or the connection has failed; nothing may be appended meanwhile.
  package func sendEnd() {
    guard isOpen, !isEnding else { return }
    onRead = nil
    onDrain = nil
    endWriting()
  }

  /// Sends all bytes, then announces the end to the other end; reading goes on.
  func endWriting() {
    isEnding = true
    flushAndTell()
  }

  /// Sends as many bytes as can be sent without waiting, then closes.
  package func flushAndClose() {
    if isOpen, !isBlocked {
      flush()
      if !isBlocked, isOpen, let transform {
        transform.sealEnd()
        write(transform.sealed)
      }
    }
    close()
  }

  /// Sends the unsent bytes in the background, for at most so many seconds, then closes; no callback is
  /// called any more.
  ///
  /// Bytes that cannot be encrypted yet are dropped.
  func linger(for seconds: Double) {
    forget()
    pause()
    lowWaterMark = 0
    // In the child of a fork the parent uses the connection.
    guard isOpen, !loop.isForked else { return close() }
    if let transform {
      if sealAll(transform) { transform.sealEnd() }
      output.removeAll()
    }
    guard offer(transform?.sealed ?? output) == nil, queuedCount > 0, seconds > 0, loop.isOpen
    else { return close() }
    StreamLinger(self, on: loop).begin(for: seconds)
  }

  // MARK: Encryption that ends

  /// Announces the end of the encryption; bytes that are appended from now on wait for the answer.
  ///
  /// Does nothing before the encryption has begun.
  func announceEndOfTransform() {
    guard let transform, sealAll(transform) else { return }
    transform.sealEnd()
    flushAndTell()
  }

  /// Answers the end of the encryption by the other end, and goes on in clear; false after an error.
  func endTransform() -> Bool {
    guard let transform else { return true }
    if transform.isWritable, !sealAll(transform) { return false }
    transform.sealEnd()
    self.transform = nil
    let clear = Array(output.bytes)
    output.removeAll()
    output.append(contentsOf: transform.sealed.bytes)
    output.append(contentsOf: clear)
    // The other end may have closed the stream as well, so a failed answer is no error.
    offer(output)
    return true
  }

  /// Seals all unsent bytes, even while sealed ones wait; false if that is not possible.
  private func sealAll(_ transform: any StreamTransform) -> Bool {
    guard transform.isWritable else { return false }
    while !output.isEmpty {
      guard let reason = transform.seal(output) else { continue }
      fail(reason)
      return false
    }
    return true
  }
}

/// Keeps a stream without an owner until all bytes are sent, or its time is over.
final class StreamLinger: LoopResident {
  private let orphan: StreamConnection
  private let loop: Loop
  private var limit: TimerWatcher?

  init(_ orphan: StreamConnection, on loop: Loop) {
    self.orphan = orphan
    self.loop = loop
  }

  func begin(for seconds: Double) {
    loop.keep(self)
    limit = loop.timer(after: seconds) { [unowned self] in end() }
    orphan.timing = .gathered
    orphan.onDrain = { [unowned self] in end() }
    orphan.onEnd = { [unowned self] _ in end() }
  }

  private func end() {
    limit = nil
    orphan.close()
    loop.release(self)
  }

  /// The loop releases it, and with it the stream.
  func loopCloses() {}

  /// Sends nothing in the child of a fork: the parent does.
  func loopForked() { end() }
}
