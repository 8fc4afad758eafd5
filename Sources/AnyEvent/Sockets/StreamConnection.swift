package import AEValue

/// A connected stream with one output buffer, made for many small messages.
///
/// Whoever sends appends to ``output`` and calls ``outputGrew()``; everything appended in one loop
/// iteration leaves in one `send`, or one per 64 KiB. What the other end sent is passed on straight
/// out of the loop's read buffer. Used on the loop's thread only.
///
/// With ``transform(with:)`` what travels is encrypted: ``output`` is still what is appended to, and
/// it is sealed when it is sent; ``onRead`` still gets what the other end has appended.
package final class StreamConnection: EndOfIteration {
  /// Why a connection ended.
  package enum End: Equatable {
    case endOfStream
    case failed(String)
    /// What arrived does not fit what the bytes are transformed by.
    case broken(String)
  }

  package let loop: Loop
  /// Bytes that are not sent yet.
  package let output = ByteBuffer()
  /// Called with what arrived; the bytes are valid during the call only, and may be overwritten.
  package var onRead: ((UnsafeMutableRawBufferPointer) -> Void)?
  /// Called once when the other end closed or the connection failed, not for ``close()``.
  package var onEnd: ((End) -> Void)?
  /// Called from the loop when everything has been handed to the kernel.
  package var onDrain: (() -> Void)?

  /// Nil once closed.
  private var medium: (any StreamMedium)?
  /// Whether the kernel's buffer is full and ``output`` waits for it.
  package private(set) var isBlocked = false
  /// Why nothing more can be sent, as far as that is known.
  package private(set) var failure: String?
  /// Bytes that the kernel has taken so far.
  package private(set) var sentCount: UInt64 = 0
  private var isScheduled = false
  /// Whether nothing is appended any more, and the other end is told so once all has been sent.
  private var isEnding = false
  private var isEndSealed = false
  /// What encrypts and decrypts.
  private var transform: (any StreamTransform)?

  private static let writeThreshold = 64 << 10

  /// A stream over something that carries bytes; ``close()`` or `deinit` closes it.
  package init(loop: Loop, medium: any StreamMedium) {
    self.loop = loop
    self.medium = medium
  }

  /// Takes over a connected, non-blocking socket; ``close()`` or `deinit` closes it.
  package convenience init(loop: Loop, descriptor: CInt) {
    self.init(loop: loop, medium: SocketMedium(loop: loop, descriptor: descriptor))
  }

  deinit {
    close()
  }

  package var isOpen: Bool { medium != nil }

  /// What the kernels at both ends know of the bytes; nil where nobody knows, and once closed.
  package var traffic: StreamTraffic? { medium?.traffic }

  /// Bytes that the kernel has not taken yet, with what sealing will add to them.
  package var queuedCount: Int {
    guard let transform else { return output.count }
    let coming = output.isEmpty ? 0 : output.count + transform.overhead(for: output.count)
    return transform.sealed.count + coming
  }

  /// Encrypts what is appended to ``output`` from now on, and decrypts what arrives from now on.
  package func transform(with transform: any StreamTransform) {
    guard isOpen else { return }
    // What waits already leaves as it is.
    transform.sealed.append(contentsOf: output.bytes)
    output.removeAll()
    self.transform = transform
  }

  /// Starts to read.
  package func start() {
    medium?.start(for: self)
  }

  /// Has ``output`` sent at the end of this loop iteration, or now when it is large.
  @inline(__always)
  package func outputGrew() {
    if isScheduled && output.count < Self.writeThreshold { return }
    outputGrewSlowly()
  }

  private func outputGrewSlowly() {
    guard isOpen, !isBlocked else { return }
    if output.count >= Self.writeThreshold {
      flush()
    } else if !isScheduled {
      isScheduled = true
      loop.atEndOfIteration(self)
    }
  }

  package func endOfIteration() {
    isScheduled = false
    flushFromLoop()
  }

  private func flushFromLoop() {
    guard isOpen, !isBlocked else { return }
    flush()
    if isEnding { return finishWriting() }
    if queuedCount == 0, let onDrain { onDrain() }
  }

  /// Closes the connection; what is not sent is lost, and closing again does nothing.
  package func close() {
    guard let closing = medium else { return }
    medium = nil
    closing.close()
    dropOutput()
    transform = nil
    onRead = nil
    onEnd = nil
    onDrain = nil
  }

  /// Gives up the socket, with all that was not sent, to be sent before anything else; nil if there is no
  /// socket, or the connection has failed: then it is still to be closed.
  ///
  /// What encrypts is the caller's as well from now on: what waits for it is sealed. What cannot be
  /// sealed is dropped with the connection, and never handed over as it is.
  package func release() -> ReleasedConnection? {
    flushFromLoop()
    guard isOpen, failure == nil else { return nil }
    if let transform {
      while !output.isEmpty {
        if let reason = transform.seal(output) {
          failLater(reason)
          return nil
        }
      }
    }
    guard let descriptor = medium?.release() else { return nil }
    medium = nil
    transform = nil
    onRead = nil
    onEnd = nil
    onDrain = nil
    return ReleasedConnection(descriptor: descriptor, unsent: Array(output.bytes))
  }

  /// Sends everything, then tells the other end that nothing more comes; what it still sends is read and
  /// dropped.
  ///
  /// To close a socket that has unread bytes, or that more bytes arrive at, makes the kernel reset the
  /// connection, and who is at the other end may lose what was sent last. ``onEnd`` is called when that
  /// one has closed its end too, or the connection has failed; nothing may be appended meanwhile.
  package func sendEnd() {
    guard isOpen, !isEnding else { return }
    isEnding = true
    onRead = nil
    onDrain = nil
    flushFromLoop()
  }

  /// The last bytes: once the kernel has them, the end of the stream follows.
  private func finishWriting() {
    guard isOpen, !isBlocked, queuedCount == 0, let medium else { return }
    if let transform, !isEndSealed {
      isEndSealed = true
      transform.sealEnd()
      write(transform.sealed)
      guard isOpen, !isBlocked else { return }
    }
    medium.finishWriting()
  }

  /// Sends what can be sent without waiting, then closes.
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

  private func flush() {
    if let transform { return flush(transform) }
    write(output)
  }

  /// Seals and writes, a part at a time: nothing is sealed while anything sealed has to wait, so that
  /// what comes meanwhile is sealed together.
  private func flush(_ transform: any StreamTransform) {
    while isOpen, !isBlocked, !(output.isEmpty && transform.sealed.isEmpty) {
      if transform.sealed.isEmpty, let reason = transform.seal(output) { return failLater(reason) }
      write(transform.sealed)
    }
  }

  private func write(_ bytes: ByteBuffer) {
    guard bytes.count > 0, let medium else { return }
    let before = bytes.count
    let result = medium.write(bytes, of: self)
    sentCount += UInt64(before - bytes.count)
    switch result {
    case .done: break
    case .blocked: isBlocked = true
    case .failed(let reason): failLater(reason)
    }
  }

  private func dropOutput() {
    output.removeAll(keepingCapacity: false)
    transform?.sealed.removeAll(keepingCapacity: false)
  }

  /// A failed write is reported from the loop: the caller may be in the middle of sending.
  private func failLater(_ reason: String) {
    dropOutput()
    failure = reason
    loop.postpone { [weak self] in self?.end(.failed(reason)) }
  }

  // MARK: What the medium reports

  /// Bytes have arrived; they are valid during the call, and may be overwritten.
  package func arrived(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let transform else {
      onRead?(bytes)
      return
    }
    let opening = transform.open(bytes) { content in
      onRead?(content)
      return isOpen
    }
    guard isOpen else { return }
    // Answers, or why the other end is to go.
    if !transform.sealed.isEmpty { outputGrew() }
    switch opening {
    case .more: break
    case .end: finish(.endOfStream)
    case .broken(let reason): finish(.broken(reason))
    }
  }

  /// There is room for writing again.
  package func hasRoom() {
    isBlocked = false
    flushFromLoop()
  }

  /// The other end closed, or the connection is broken.
  package func end(_ end: End) {
    guard isOpen else { return }
    if case .endOfStream = end, let reason = transform?.endOfStream() {
      return finish(.failed(reason))
    }
    finish(end)
  }

  private func finish(_ end: End) {
    let report = onEnd
    if case .broken = end, !isBlocked, let transform { write(transform.sealed) }
    close()
    report?(end)
  }
}
