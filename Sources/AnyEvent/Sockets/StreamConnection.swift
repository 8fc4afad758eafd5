package import AEValue
internal import Glibc

/// A connected stream with one output buffer: the links of nodes are made of it, and handles.
///
/// Whoever sends appends to ``output`` and calls ``outputGrew()``; ``timing`` says when it leaves. What
/// the other end sent is passed on straight out of the loop's read buffer. Used on the loop's thread
/// only.
///
/// With ``transform(with:)`` what travels is encrypted: ``output`` is still what is appended to, and
/// it is sealed when it is sent; ``onRead`` still gets what the other end has appended.
package final class StreamConnection: EndOfIteration {
  // What is looked at for each piece is unchecked: no access to it lasts longer than a load or a store.

  /// Why a connection ended.
  package enum End: Equatable {
    case endOfStream
    case failed(SocketError)
    /// What arrived does not fit what the bytes are transformed by.
    case broken(String)
  }

  /// When what is appended is sent.
  package enum Timing {
    /// At the end of the loop's iteration, or once there are 64 KiB: for many small messages.
    case gathered
    /// At the end of the loop's iteration.
    case atEndOfIteration
    /// At once.
    case atOnce
  }

  /// The loop on which it works.
  package let loop: Loop
  /// Bytes that are not sent yet.
  package let output = ByteBuffer()
  /// Called with what arrived; the bytes are valid during the call only, and may be overwritten.
  @exclusivity(unchecked) package var onRead: ((UnsafeMutableRawBufferPointer) -> Void)?
  /// Called when the other end closed or the connection failed, not for ``close()``.
  ///
  /// Once; the connection is closed before, unless it has an ``owner``.
  package var onEnd: ((End) -> Void)?
  /// Called when something was sent, and no more than ``lowWaterMark`` is left: from the loop, unless the
  /// stream sends at once.
  @exclusivity(unchecked) package var onDrain: (() -> Void)?
  /// Who decides what becomes of the stream when it ends; it sets nil before it goes.
  @exclusivity(unchecked) unowned(unsafe) var owner: (any StreamOwner)?

  /// Nil before the stream is carried, and once it is closed.
  @exclusivity(unchecked) private var medium: (any StreamMedium)?
  private var isClosed = false
  /// Whether what arrives is read.
  @exclusivity(unchecked) private(set) var isReading = false
  /// Whether the kernel's buffer is full and ``output`` waits for it.
  @exclusivity(unchecked) package private(set) var isBlocked = false
  /// When what is appended is sent.
  @exclusivity(unchecked) package var timing = Timing.gathered {
    // What waits for the end of the iteration does not wait with what comes.
    didSet { if timing == .atOnce { isScheduled = false } }
  }
  /// How many bytes may be left when ``onDrain`` is called.
  @exclusivity(unchecked) var lowWaterMark = 0
  /// The clocks that are told what is read and written.
  @exclusivity(unchecked) var timeouts: StreamTimeouts?
  /// Why nothing more can be sent, as far as that is known.
  package private(set) var failure: SocketError?
  /// Bytes that the kernel has taken so far.
  @exclusivity(unchecked) package private(set) var sentCount: UInt64 = 0
  @exclusivity(unchecked) private var isScheduled = false
  /// Whether it is being sent, and ``onDrain`` called.
  @exclusivity(unchecked) private(set) var isFlushing = false
  /// Whether nothing is appended any more, and the other end is told so once all has been sent.
  @exclusivity(unchecked) private var isEnding = false
  private var isEndSealed = false
  /// What encrypts and decrypts.
  @exclusivity(unchecked) private(set) var transform: (any StreamTransform)?

  private static let writeThreshold = 64 << 10

  /// A stream that waits to be carried; what is appended meanwhile waits, too.
  init(loop: Loop) { self.loop = loop }

  /// A stream over something that carries bytes; ``close()`` or `deinit` closes it.
  package init(loop: Loop, medium: any StreamMedium) {
    self.loop = loop
    self.medium = medium
  }

  /// Takes over a connected, non-blocking socket; ``close()`` or `deinit` closes it.
  package convenience init(loop: Loop, descriptor: CInt) {
    self.init(loop: loop, medium: DescriptorMedium(loop: loop, descriptor: descriptor))
  }

  deinit { close() }

  /// Has `medium` carry a stream that has waited for it.
  func carry(by medium: any StreamMedium) {
    guard !isClosed else { return medium.close() }
    self.medium = medium
  }

  /// Whether it is carried, and not closed.
  package var isOpen: Bool { medium != nil }

  /// The descriptor, which stays the stream's; nil if there is none, and once closed.
  package var descriptor: CInt? { medium?.descriptor }

  /// What the kernels at both ends know of the bytes; nil where nobody knows, and once closed.
  package var traffic: StreamTraffic? { medium?.traffic }

  /// Bytes that the kernel has not taken yet, with what sealing will add to them.
  package var queuedCount: Int {
    guard let transform else { return output.count }
    let coming = output.isEmpty ? 0 : output.count + transform.overhead(for: output.count)
    return transform.sealed.count + coming
  }

  /// Encrypts what is appended to ``output`` from now on, and decrypts what arrives from now on.
  ///
  /// What waits already leaves as it is; what waits to be encrypted by another transform is encrypted
  /// by this one.
  package func transform(with transform: any StreamTransform) {
    guard !isClosed else { return }
    if let before = self.transform {
      transform.sealed.append(contentsOf: before.sealed.bytes)
    } else {
      transform.sealed.append(contentsOf: output.bytes)
      output.removeAll()
    }
    self.transform = transform
  }

  /// Starts to read, or goes on with it.
  package func start() {
    guard let medium else { return }
    isReading = true
    medium.start(for: self)
  }

  /// Stops reading until ``start()``.
  package func pause() {
    isReading = false
    medium?.pause()
  }

  // MARK: Sending

  /// Has ``output`` sent, when ``timing`` says.
  @inline(__always)
  package func outputGrew() {
    if isScheduled && output.count < Self.writeThreshold { return }
    outputGrewSlowly()
  }

  private func outputGrewSlowly() {
    guard isOpen, !isBlocked else { return }
    if timing == .atOnce {
      flushAndTell()
    } else if timing == .gathered, output.count >= Self.writeThreshold {
      flush()
    } else if !isScheduled {
      isScheduled = true
      loop.atEndOfIteration(self)
    }
  }

  package func endOfIteration() {
    isScheduled = false
    flushAndTell()
  }

  /// Sends what can be sent, and says so when that was all.
  private func flushAndTell() {
    // A callback that appends is back in the loop below in a moment.
    guard isOpen, !isBlocked, !isFlushing else { return }
    isFlushing = true
    defer { isFlushing = false }
    repeat {
      let before = sentCount
      flush()
      if isEnding { finishWriting() }
      // What could not be sent is gone, and has not drained.
      guard failure == nil else { return }
      // What was gathered may have been sent before the end of the iteration.
      guard timing == .gathered || sentCount > before else { return }
      if queuedCount <= lowWaterMark, let onDrain { onDrain() }
    } while timing == .atOnce && isOpen && !isBlocked && hasSomethingToSend
  }

  private var hasSomethingToSend: Bool {
    guard let transform else { return !output.isEmpty }
    return !transform.sealed.isEmpty || (transform.isWritable && !output.isEmpty)
  }

  private func flush() {
    if let transform { return flush(transform) }
    write(output)
  }

  /// Seals and writes, a part at a time: nothing is sealed while anything sealed has to wait, so that
  /// what comes meanwhile is sealed together.
  private func flush(_ transform: any StreamTransform) {
    while isOpen, !isBlocked {
      if transform.sealed.isEmpty {
        guard !output.isEmpty, transform.isWritable else { return }
        if let reason = transform.seal(output) { return fail(reason) }
      }
      write(transform.sealed)
    }
  }

  private func write(_ bytes: ByteBuffer) {
    if let error = offer(bytes) { fail(error) }
  }

  /// Writes what there is room for; who is content with that leaves the error.
  @discardableResult
  private func offer(_ bytes: ByteBuffer) -> SocketError? {
    guard !isBlocked, !bytes.isEmpty, let medium else { return nil }
    let before = bytes.count
    let result = medium.write(bytes, of: self)
    if bytes.count < before {
      sentCount += UInt64(before - bytes.count)
      timeouts?.note(.write)
    }
    switch result {
    case .done: return nil
    case .blocked:
      isBlocked = true
      return nil
    case .failed(let error): return error
    }
  }

  private func dropOutput() {
    output.removeAll(keepingCapacity: false)
    transform?.sealed.removeAll(keepingCapacity: false)
  }

  private func fail(_ reason: String) { fail(SocketError(code: EPROTO, reason)) }

  /// Nothing can be sent any more.
  private func fail(_ error: SocketError) {
    dropOutput()
    failure = error
    if owner != nil { return end(.failed(error)) }
    // Whoever sends is not prepared for the end.
    loop.postpone { [weak self] in self?.end(.failed(error)) }
  }

  // MARK: Ending

  /// Closes the connection; what is not sent is lost, and closing again does nothing.
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    isReading = false
    let closing = medium
    medium = nil
    closing?.close()
    dropOutput()
    transform = nil
    forget()
  }

  /// Calls nobody any more.
  private func forget() {
    onRead = nil
    onEnd = nil
    onDrain = nil
    owner = nil
    timeouts = nil
  }

  /// Sends everything, then tells the other end that nothing more comes; what it still sends is read and
  /// dropped.
  ///
  /// To close a socket that has unread bytes, or that more bytes arrive at, makes the kernel reset the
  /// connection, and who is at the other end may lose what was sent last. ``onEnd`` is called when that
  /// one has closed its end too, or the connection has failed; nothing may be appended meanwhile.
  package func sendEnd() {
    guard isOpen, !isEnding else { return }
    onRead = nil
    onDrain = nil
    endWriting()
  }

  /// Sends everything, then tells the other end that nothing more comes; reading goes on.
  func endWriting() {
    isEnding = true
    flushAndTell()
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

  /// Sends in the background what waits, for at most so many seconds, then closes; nobody is called any
  /// more.
  ///
  /// What cannot be encrypted yet is dropped.
  func linger(for seconds: Double) {
    forget()
    pause()
    lowWaterMark = 0
    // In the child of a fork the connection is the parent's.
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

  /// Tells the other end that the encryption ends; what is appended from now on waits for its answer.
  ///
  /// Does nothing before the encryption has begun.
  func announceEndOfTransform() {
    guard let transform, sealAll(transform) else { return }
    transform.sealEnd()
    flushAndTell()
  }

  /// Goes on in clear when the other end has ended the encryption, which it is answered; false after an
  /// error.
  func endTransform() -> Bool {
    guard let transform else { return true }
    if transform.isWritable, !sealAll(transform) { return false }
    transform.sealEnd()
    self.transform = nil
    let clear = Array(output.bytes)
    output.removeAll()
    output.append(contentsOf: transform.sealed.bytes)
    output.append(contentsOf: clear)
    // Whoever has closed the stream as well does not hear it, which is no error of ours.
    offer(output)
    return true
  }

  /// Seals all that waits, although it may have to wait sealed; false if it cannot be.
  private func sealAll(_ transform: any StreamTransform) -> Bool {
    guard transform.isWritable else { return false }
    while !output.isEmpty {
      guard let reason = transform.seal(output) else { continue }
      fail(reason)
      return false
    }
    return true
  }

  // MARK: What the medium reports

  /// Bytes have arrived; they are valid during the call, and may be overwritten.
  package func arrived(_ bytes: UnsafeMutableRawBufferPointer) {
    timeouts?.note(.read)
    take(bytes)
  }

  /// Passes on what the other end has sent.
  package func take(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let transform else {
      onRead?(bytes)
      owner?.streamHasDelivered()
      return
    }
    let opening = transform.open(bytes) { content in
      onRead?(content)
      return isOpen
    }
    guard isOpen else { return }
    if case .broken(let reason) = opening { return finish(.broken(reason)) }
    // Answers, and what has waited for the encryption to begin.
    if !transform.sealed.isEmpty || (owner != nil && !output.isEmpty) { outputGrew() }
    if case .more = opening {
      owner?.streamHasDelivered()
    } else if owner?.streamTransformHasEnded() != true {
      finish(.endOfStream)
    }
  }

  /// There is room for writing again.
  package func hasRoom() {
    isBlocked = false
    flushAndTell()
  }

  /// The other end closed, or the connection is broken.
  package func end(_ end: End) {
    guard isOpen else { return }
    guard case .endOfStream = end, let reason = transform?.endOfStream() else { return finish(end) }
    finish(owner == nil ? .failed(SocketError(code: EPROTO, reason)) : .broken(reason))
  }

  private func finish(_ end: End) {
    // The other end is told why.
    if isOpen, case .broken = end, let transform { offer(transform.sealed) }
    let report = onEnd
    if owner == nil { close() } else { pause() }
    report?(end)
  }
}
