import Glibc

/// A connected stream socket with one output buffer, made for many small messages.
///
/// Whoever sends appends to ``output`` and calls ``outputGrew()``; everything appended in one loop
/// iteration leaves in one `send`, or one per 64 KiB. What the other end sent is passed on straight
/// out of the loop's read buffer. Used on the loop's thread only.
package final class StreamConnection: EndOfIteration {
  /// Why a connection ended.
  package enum End: Equatable {
    case endOfStream
    case failed(String)
  }

  package let loop: Loop
  /// Bytes that are not sent yet.
  package let output = ByteBuffer()
  /// Called with what arrived; the bytes are valid during the call only.
  package var onRead: ((UnsafeRawBufferPointer) -> Void)?
  /// Called once when the other end closed or the connection failed, not for ``close()``.
  package var onEnd: ((End) -> Void)?
  /// Called from the loop when everything has been handed to the kernel.
  package var onDrain: (() -> Void)?

  private var descriptor: CInt
  private var reader: IOWatcher?
  private var writer: IOWatcher?
  private var isScheduled = false

  private static let writeThreshold = 64 << 10
  /// How many full read buffers one connection may take before others have their turn.
  private static let readsInARow = 4

  /// Takes over a connected, non-blocking socket; ``close()`` or `deinit` closes it.
  package init(loop: Loop, descriptor: CInt) {
    self.loop = loop
    self.descriptor = descriptor
  }

  deinit {
    close()
  }

  package var isOpen: Bool { descriptor >= 0 }

  /// Whether the kernel's buffer is full and ``output`` waits for it.
  package var isBlocked: Bool { writer != nil }

  /// Starts to read.
  package func start() {
    guard isOpen else { return }
    reader = loop.io(descriptor, .read) { [unowned self] in readable() }
  }

  /// Has ``output`` sent at the end of this loop iteration, or now when it is large.
  @inline(__always)
  package func outputGrew() {
    if isScheduled && output.count < Self.writeThreshold { return }
    outputGrewSlowly()
  }

  private func outputGrewSlowly() {
    guard isOpen, writer == nil else { return }
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
    guard isOpen, writer == nil else { return }
    flush()
    if output.count == 0, let onDrain { onDrain() }
  }

  /// Closes the socket; what is not sent is lost, and closing again does nothing.
  package func close() {
    guard isOpen else { return }
    let closing = descriptor
    descriptor = -1
    reader?.cancel()
    reader = nil
    writer?.cancel()
    writer = nil
    Glibc.close(closing)
    onRead = nil
    onEnd = nil
    onDrain = nil
  }

  /// Sends what can be sent without waiting, then closes.
  package func flushAndClose() {
    if isOpen, writer == nil { flush() }
    close()
  }

  private func readable() {
    let buffer = loop.readBuffer
    var left = Self.readsInARow
    while left > 0, isOpen {
      left -= 1
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 {
        onRead?(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if count < buffer.count { return }
      } else if count == 0 {
        return end(.endOfStream)
      } else if errno == EINTR {
        continue
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        return
      } else {
        return end(.failed(String(cString: strerror(errno))))
      }
    }
  }

  private func flush() {
    while output.count > 0 {
      let bytes = output.bytes
      let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 {
        output.removeFirst(count)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        return waitForRoom()
      } else if errno != EINTR {
        return failLater(String(cString: strerror(errno)))
      }
    }
  }

  private func waitForRoom() {
    guard writer == nil else { return }
    writer = loop.io(descriptor, .write) { [unowned self] in
      writer?.cancel()
      writer = nil
      flushFromLoop()
    }
  }

  /// A failed write is reported from the loop: the caller may be in the middle of sending.
  private func failLater(_ reason: String) {
    output.removeAll(keepingCapacity: false)
    loop.postpone { [weak self] in self?.end(.failed(reason)) }
  }

  private func end(_ end: End) {
    guard isOpen else { return }
    let report = onEnd
    close()
    report?(end)
  }
}
