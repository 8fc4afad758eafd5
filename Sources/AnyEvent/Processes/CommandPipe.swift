internal import Glibc

/// This process's end of a pipe to a command, and the use of the bytes in it.
final class CommandPipe {
  /// The uses of a pipe.
  enum Use {
    /// The command's output is handed over, and nil at the end.
    case take(([UInt8]?) -> Void)
    /// These bytes go in, and after them those that the callback returns, until it returns nil.
    case give([UInt8], (() -> [UInt8]?)?)
  }

  private let loop: Loop
  private var fd: CInt
  private var use: Use
  /// How many of the bytes that go in have gone.
  private var written = 0
  private var watcher: IOWatcher?
  private var ended: (() -> Void)?
  private var isClosed = false

  /// A pipe whose descriptor, non-blocking, belongs to the object from now on; −1 if none could be made.
  init(on loop: Loop, _ fd: CInt, _ use: Use) {
    self.loop = loop
    self.fd = fd
    self.use = use
  }

  /// Begins; `ended` is called once, when the pipe is done with.
  func start(_ ended: @escaping () -> Void) {
    self.ended = ended
    switch use {
    case .take: watcher = loop.io(fd, .read) { [unowned self] in take() }
    case .give: watcher = loop.io(fd, .write) { [unowned self] in give() }
    }
  }

  /// Ends without a command at the other end.
  func abort(_ ended: @escaping () -> Void) {
    self.ended = ended
    end()
  }

  /// Closes the pipe, and calls nothing any more.
  func close() {
    isClosed = true
    let held = (use, ended)
    use = .give([], nil)
    ended = nil
    watcher = nil
    if fd >= 0 { _ = Glibc.close(fd) }
    fd = -1
    withExtendedLifetime(held) {}
  }

  /// Closes the pipe at its end, and says so.
  private func end() {
    guard !isClosed else { return }
    let (use, ended) = (self.use, self.ended)
    close()
    if case .take(let callback) = use { callback(nil) }
    ended?()
  }

  private func take() {
    guard case .take(let callback) = use else { return }
    let bytes = loop.readBuffer.lend { buffer in
      let count = read(fd, buffer.baseAddress, buffer.count)
      return count >= 0 ? Array(buffer[..<count]) : nil
    }
    if let bytes, !bytes.isEmpty {
      callback(bytes)
    } else if bytes != nil || (errno != EAGAIN && errno != EINTR) {
      end()
    }
  }

  private func give() {
    guard case .give(var bytes, let supply) = use else { return }
    if written == bytes.count {
      guard let next = supply?(), !next.isEmpty else { return end() }
      // The callback may have ended everything.
      guard !isClosed else { return }
      bytes = next
      written = 0
    }
    let count = withoutBrokenPipeSignal {
      bytes.withUnsafeBytes {
        write(fd, $0.baseAddress.map { $0 + written }, min(bytes.count - written, 1 << 16))
      }
    }
    if count < 0 {
      if errno != EAGAIN, errno != EINTR { end() }
      return
    }
    written += count
    if written == bytes.count, supply == nil { return end() }
    use = .give(bytes, supply)
  }

  deinit { close() }
}
