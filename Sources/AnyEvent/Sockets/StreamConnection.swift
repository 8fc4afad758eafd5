package import AEValue
internal import Glibc

/// A connected stream with one output buffer: the links of nodes are made of it, and handles.
///
/// A sender appends to ``output`` and calls ``outputGrew()``; ``timing`` says when the bytes leave.
/// Arriving bytes are passed on straight out of the loop's read buffer. Used on the loop's thread only.
///
/// With ``transform(with:)`` the bytes travel encrypted: senders still append clear bytes to ``output``,
/// which are sealed when they are sent, and ``onRead`` gets decrypted ones.
package final class StreamConnection: EndOfIteration {
  // The properties that are read for each piece are unchecked: each access is only a load or a store.

  /// Why a connection ended.
  package enum End: Equatable {
    case endOfStream
    case failed(SocketError)
    /// The arrived bytes cannot be decrypted.
    case broken(String)
  }

  /// The time when appended bytes are sent.
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
  /// Called with arrived bytes, which are valid during the call only, and may be overwritten.
  @exclusivity(unchecked) package var onRead: ((UnsafeMutableRawBufferPointer) -> Void)?
  /// Called when the other end closed or the connection failed, not for ``close()``.
  ///
  /// Once; the connection is closed before, unless it has an ``owner``.
  package var onEnd: ((End) -> Void)?
  /// Called when bytes were sent, and no more than ``lowWaterMark`` are left: from the loop, unless the
  /// stream sends at once.
  @exclusivity(unchecked) package var onDrain: (() -> Void)?
  /// The owner, which keeps the stream beyond its end, and gets the arriving bytes instead of ``onRead``.
  @exclusivity(unchecked) var owner: (any StreamOwner)?

  /// Nil before the stream is carried, and once it is closed.
  @exclusivity(unchecked) private var medium: (any StreamMedium)?
  private var isClosed = false
  /// Whether arriving bytes are read.
  @exclusivity(unchecked) private(set) var isReading = false
  /// Whether the kernel's buffer is full and ``output`` waits for it.
  @exclusivity(unchecked) package private(set) var isBlocked = false {
    didSet { output.closeWindow() }
  }
  /// The time when appended bytes are sent.
  @exclusivity(unchecked) package var timing = Timing.gathered {
    // Bytes that are scheduled for the end of the iteration must not hold up later ones.
    didSet { if timing == .atOnce { isScheduled = false } }
  }
  /// How many bytes may be left when ``onDrain`` is called.
  @exclusivity(unchecked) var lowWaterMark = 0
  /// The clocks that note reading and writing.
  @exclusivity(unchecked) var timeouts: StreamTimeouts?
  /// The error after which nothing can be sent any more.
  package private(set) var failure: SocketError?
  /// Bytes that the kernel has taken so far.
  @exclusivity(unchecked) package private(set) var sentCount: UInt64 = 0
  /// Bytes that have arrived so far.
  @exclusivity(unchecked) package private(set) var receivedCount: UInt64 = 0
  private var queueAge = QueueAge()
  /// Whether bytes are being passed on, in a callback that may run the loop.
  @exclusivity(unchecked) private var passing = Passing.no

  private enum Passing {
    case no
    case underWay
    /// More bytes have come meanwhile, and the medium does not read.
    case interrupted
  }
  @exclusivity(unchecked) private var isScheduled = false {
    didSet { output.closeWindow() }
  }
  /// Whether bytes are being sent, and ``onDrain`` called, now.
  @exclusivity(unchecked) private(set) var isFlushing = false
  /// Whether nothing is appended any more, and the end is announced once all bytes are sent.
  @exclusivity(unchecked) var isEnding = false
  private var isEndSealed = false
  /// The encryption.
  @exclusivity(unchecked) var transform: (any StreamTransform)?

  private static let writeThreshold = 64 << 10

  /// A stream without a medium; bytes that are appended meanwhile wait for one.
  init(loop: Loop) { self.loop = loop }

  /// A stream over a medium; ``close()`` or `deinit` closes it.
  package init(loop: Loop, medium: any StreamMedium) {
    self.loop = loop
    self.medium = medium
  }

  /// Takes over a connected, non-blocking socket; ``close()`` or `deinit` closes it.
  package convenience init(loop: Loop, descriptor: CInt) {
    self.init(loop: loop, medium: DescriptorMedium(loop: loop, descriptor: descriptor))
  }

  deinit { close() }

  /// Gives a stream that has none its medium.
  func carry(by medium: any StreamMedium) {
    guard !isClosed else { return medium.close() }
    self.medium = medium
  }

  /// Whether it has a medium, and is not closed.
  package var isOpen: Bool { medium != nil }

  /// The descriptor, which stays the stream's; nil if there is none, and once closed.
  package var descriptor: CInt? { medium?.descriptor }

  /// The counts of the kernels at both ends; nil if they are not known, and once closed.
  package var traffic: StreamTraffic? { medium?.traffic }

  /// The number of bytes that the kernel has not taken yet, with those that sealing will add.
  package var queuedCount: Int {
    guard let transform else { return output.count }
    let coming = output.isEmpty ? 0 : output.count + transform.overhead(for: output.count)
    return transform.sealed.count + coming
  }

  /// How many bytes its buffers have memory for.
  package var heldBytes: Int { output.heldBytes + (transform?.sealed.heldBytes ?? 0) }

  /// Gives memory back that was hardly used since the last call.
  package func giveBackIfIdle() {
    output.giveBackIfIdle()
    if !isPassingOn { transform?.giveBackIfIdle() }
  }

  /// Whether bytes that have arrived are being passed on.
  package var isPassingOn: Bool { passing != .no }

  /// Encrypts bytes that are appended to ``output`` from now on, and decrypts those that arrive from now
  /// on.
  ///
  /// Bytes that wait already leave as they are; bytes that wait for another transform are encrypted by
  /// this one.
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

  /// For how long (s) the oldest of the bytes that wait has waited, at least; 0 if none wait.
  package var oldestAge: Double {
    guard queuedCount > 0 else { return 0 }
    return queueAge.oldest(after: sentCount, at: loop.monotonicNow)
  }

  /// Notes that the bytes that wait now have been there at this time.
  ///
  /// The more often it is called while bytes wait, the more exact is ``oldestAge``.
  package func noteQueue() {
    queueAge.note(end: sentCount + UInt64(queuedCount), sent: sentCount, at: loop.monotonicNow)
  }

  // MARK: Sending

  /// Has ``output`` sent, when ``timing`` says.
  @inline(__always)
  package func outputGrew() {
    if isScheduled && output.count < Self.writeThreshold { return }
    outputGrewSlowly()
  }

  /// How many bytes may be in ``output`` while ``outputGrew()`` has nothing to do; 0: it has to be called.
  package var quietCount: Int {
    guard isOpen, failure == nil else { return 0 }
    if isBlocked { return .max }
    return isScheduled ? Self.writeThreshold - 1 : 0
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

  /// Sends as many bytes as possible, and calls ``onDrain`` when all were sent.
  func flushAndTell() {
    // The loop below also sends the bytes that a callback appends.
    guard isOpen, !isBlocked, !isFlushing else { return }
    isFlushing = true
    defer { isFlushing = false }
    repeat {
      let before = sentCount
      flush()
      // A note may reach beyond the last byte, since records have a little less than the room that is counted for them.
      if queueAge.hasNotes, queuedCount == 0 { queueAge = QueueAge() }
      if isEnding { finishWriting() }
      // After a failure the output was dropped, not sent.
      guard failure == nil else { return }
      // Gathered bytes may have been sent before the end of the iteration.
      guard timing == .gathered || sentCount > before else { return }
      if queuedCount <= lowWaterMark, let onDrain { onDrain() }
    } while timing == .atOnce && isOpen && !isBlocked && hasSomethingToSend
    // The callback may have asked for the end, and appended nothing before.
    if isEnding { finishWriting() }
  }

  private var hasSomethingToSend: Bool {
    guard let transform else { return !output.isEmpty }
    return !transform.sealed.isEmpty || (transform.isWritable && !output.isEmpty)
  }

  func flush() {
    if let transform { return flush(transform) }
    write(output)
  }

  /// Seals and writes, a part at a time: nothing is sealed while sealed bytes wait, so that bytes that
  /// are appended meanwhile are sealed together.
  private func flush(_ transform: any StreamTransform) {
    while isOpen, !isBlocked {
      if transform.sealed.isEmpty {
        guard !output.isEmpty, transform.isWritable else { return }
        if let reason = transform.seal(output) { return fail(reason) }
      }
      write(transform.sealed)
    }
  }

  func write(_ bytes: ByteBuffer) {
    if let error = offer(bytes) { fail(error) }
  }

  /// Writes as many bytes as there is room for; returns the error after which nothing can be sent.
  @discardableResult
  func offer(_ bytes: ByteBuffer) -> SocketError? {
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
      noteQueue()
      return nil
    case .failed(let error): return error
    }
  }

  private func dropOutput() {
    output.removeAll(keepingCapacity: false)
    transform?.sealed.removeAll(keepingCapacity: false)
  }

  func fail(_ reason: String) { fail(SocketError(code: EPROTO, reason)) }

  /// Ends the stream because nothing can be sent any more.
  private func fail(_ error: SocketError) {
    dropOutput()
    failure = error
    if owner != nil { return end(.failed(error)) }
    // A sender does not expect callbacks during its call.
    loop.postpone { [weak self] in self?.end(.failed(error)) }
  }

  // MARK: Closing

  /// Closes the connection; unsent bytes are lost, and closing again does nothing.
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

  /// Forgets all callbacks.
  func forget() {
    onRead = nil
    onEnd = nil
    onDrain = nil
    owner = nil
    timeouts = nil
  }

  /// Announces the end of the stream once the kernel has all bytes.
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

  // MARK: Reports of the medium

  /// Bytes have arrived; they are valid during the call, and may be overwritten.
  package func arrived(_ bytes: UnsafeMutableRawBufferPointer) {
    receivedCount &+= UInt64(bytes.count)
    timeouts?.note(.read)
    take(bytes)
  }

  /// Passes on bytes of the other end.
  package func take(_ bytes: UnsafeMutableRawBufferPointer) {
    // The bytes that a handshake has left over are passed on from within.
    guard passing == .no else { return pass(on: bytes) }
    passing = .underWay
    pass(on: bytes)
    let wasInterrupted = passing == .interrupted
    passing = .no
    if wasInterrupted, isReading { medium?.start(for: self) }
  }

  /// Whether the medium may read; if not, it is started again when it may.
  ///
  /// A host that runs its loop inside of a callback could otherwise have later bytes overtake those that are being
  /// passed on.
  func takesBytes() -> Bool {
    guard passing != .no else { return true }
    passing = .interrupted
    medium?.pause()
    return false
  }

  private func pass(on bytes: UnsafeMutableRawBufferPointer) {
    guard let transform else {
      if let owner { return owner.streamHasDelivered(bytes) }
      onRead?(bytes)
      return
    }
    let opened = transform.open(bytes) { content in
      if let owner { owner.streamHasRead(content) } else { onRead?(content) }
      return isOpen
    }
    guard isOpen else { return }
    if case .broken(let reason) = opened { return finish(.broken(reason)) }
    // The transform may have answered, or have become writable for waiting bytes.
    if !transform.sealed.isEmpty || (owner != nil && !output.isEmpty) { outputGrew() }
    if case .more = opened {
      owner?.streamHasDelivered(UnsafeMutableRawBufferPointer(start: nil, count: 0))
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
    // The transform may have appended an alert that tells the other end the reason.
    if isOpen, case .broken = end, let transform { offer(transform.sealed) }
    let report = onEnd
    if owner == nil { close() } else { pause() }
    report?(end)
  }
}
