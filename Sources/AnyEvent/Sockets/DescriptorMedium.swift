internal import AEValue
internal import CCares
internal import CLibUV
internal import Glibc

/// A descriptor that carries a stream: a connected socket, a pipe or a terminal.
final class DescriptorMedium: StreamMedium {
  private let loop: Loop
  private let fd: CInt
  private let mode: DescriptorMode
  @exclusivity(unchecked) private var isOpen = true
  @exclusivity(unchecked) private var reader: IOWatcher?
  @exclusivity(unchecked) private var writer: IOWatcher?

  init(loop: Loop, descriptor: CInt, mode: DescriptorMode = .socket) {
    self.loop = loop
    self.mode = mode
    fd = descriptor
  }

  deinit { close() }

  var descriptor: CInt? { isOpen ? fd : nil }

  func start(for stream: StreamConnection) {
    guard isOpen, reader == nil else { return }
    reader = loop.io(fd, .read) { [unowned self, unowned stream] in readable(stream) }
  }

  func pause() {
    // The last reference to a stream of a closed loop may go on any thread.
    if loop.isOnLoop { reader?.cancel() }
    reader = nil
  }

  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult {
    while output.count > 0 {
      let count = mode.write(fd, output.bytes)
      if count >= 0 {
        output.removeFirst(count)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        waitForRoom(stream)
        return .blocked
      } else if errno != EINTR {
        return .failed(SocketError(errno))
      }
    }
    return .done
  }

  /// Linux's counts of a TCP connection.
  var traffic: StreamTraffic? {
    // The place of tcpi_data_segs_in, of four bytes, in the struct of <linux/tcp.h>, which grows only at
    // its end; <netinet/tcp.h>, which excludes that header, has an older struct.
    let offset = 152
    var facts = [UInt8](repeating: 0, count: 256)
    var size = socklen_t(facts.count)
    var waiting: CInt = 0
    guard getsockopt(fd, CInt(IPPROTO_TCP), TCP_INFO, &facts, &size) == 0,
      Int(size) >= offset + 4, ioctl(fd, UInt(TIOCOUTQ), &waiting) == 0
    else { return nil }
    let pieces = facts.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    return StreamTraffic(unacknowledged: UInt64(max(0, waiting)), pieces: UInt64(pieces))
  }

  func finishWriting() {
    // A connection that is broken is reported by reading.
    _ = shutdown(fd, CInt(SHUT_WR))
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    pause()
    if loop.isOnLoop { writer?.cancel() }
    writer = nil
    mode.close(fd)
  }

  private func waitForRoom(_ stream: StreamConnection) {
    guard writer == nil else { return }
    writer = loop.io(fd, .write) { [unowned self, unowned stream] in
      writer?.cancel()
      writer = nil
      stream.hasRoom()
    }
  }

  /// Reads at most one buffer, so that other connections have their turn.
  private func readable(_ stream: StreamConnection) {
    guard stream.takesBytes() else { return }
    loop.readBuffer.lend { buffer in
      var count = -1
      repeat {
        count = mode.read(fd, buffer)
      } while count < 0 && errno == EINTR
      if count > 0 {
        stream.arrived(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      } else if count == 0 {
        stream.end(.endOfStream)
      } else if errno != EAGAIN, errno != EWOULDBLOCK {
        stream.end(.failed(SocketError(errno)))
      }
    }
  }
}

/// How a descriptor is read from and written to without waiting, and without an effect on others.
///
/// The blocking mode is a property of the open file, which descriptors of other programs may share.
enum DescriptorMode {
  /// A socket, blocking or not: each call says that it does not wait.
  case socket
  /// The open file is non-blocking, and stays so.
  case nonBlocking
  /// The open file had to be made non-blocking; the process that has done it changes it back.
  case changed(by: ChangingProcess)

  /// The mode of a descriptor that a caller has handed over.
  init(of descriptor: CInt) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      self = .nonBlocking
      return
    }
    let flags = fcntl(descriptor, F_GETFL)
    switch status.st_mode & S_IFMT {
    case S_IFSOCK: self = .socket
    case _ where flags < 0 || flags & O_NONBLOCK != 0: self = .nonBlocking
    // Files never wait.
    case S_IFREG, S_IFDIR, S_IFBLK: self = .nonBlocking
    case S_IFIFO where Self.reopen(descriptor, flags): self = .nonBlocking
    case S_IFCHR where Self.isTerminal(descriptor) && Self.reopen(descriptor, flags):
      self = .nonBlocking
    default:
      self =
        fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0
        ? .changed(by: ChangingProcess()) : .nonBlocking
    }
  }

  /// Reads available bytes; returns the result of `recv` or `read`.
  @inline(__always)
  func read(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard case .socket = self else {
      return Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
    return recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
  }

  /// Writes as many bytes as there is room for; returns the result of `send` or `write`.
  @inline(__always)
  func write(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    guard case .socket = self else {
      return withoutBrokenPipeSignal { Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
    }
    let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
    return send(descriptor, bytes.baseAddress, bytes.count, flags)
  }

  /// Closes the descriptor, and restores the mode of its open file if this process has changed it.
  func close(_ descriptor: CInt) {
    if case .changed(let process) = self { process.makeBlocking(descriptor) }
    _ = Glibc.close(descriptor)
  }

  /// Gives the descriptor's number an open file of its own, of the same pipe or terminal.
  private static func reopen(_ descriptor: CInt, _ flags: CInt) -> Bool {
    let mode = flags & O_ACCMODE | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let own = StandardDescriptors.spare(open("/proc/self/fd/\(descriptor)", mode))
    guard own >= 0 else { return false }
    defer { _ = Glibc.close(own) }
    let isClosedInPrograms = fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0
    return aeuv_dup3(own, descriptor, isClosedInPrograms ? O_CLOEXEC : 0) == descriptor
  }

  /// Whether it is a terminal, or the side of a pseudo-terminal that a program is run on: opening the
  /// other side would make another terminal.
  private static func isTerminal(_ descriptor: CInt) -> Bool {
    isatty(descriptor) == 1 && aeuv_is_terminal_master(descriptor) == 0
  }
}
