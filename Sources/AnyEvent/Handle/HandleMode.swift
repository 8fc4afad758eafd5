internal import CLibUV
internal import Glibc

/// What keeps a handle from waiting when it reads or writes, without a change for others.
///
/// Whether it blocks is a property of the open file, which descriptors of other programs may share.
enum HandleMode {
  /// The open file is non-blocking, and stays so.
  case nonBlocking
  /// A blocking socket: each call says that it does not wait.
  case blockingSocket
  /// There was no other way than to make it non-blocking; the process that did it changes it back.
  case changed(by: ChangingProcess)

  /// Sees to a descriptor that the handle is given.
  init(of descriptor: CInt) {
    let flags = fcntl(descriptor, F_GETFL)
    var status = stat()
    guard flags >= 0, flags & O_NONBLOCK == 0, fstat(descriptor, &status) == 0 else {
      self = .nonBlocking
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFSOCK: self = .blockingSocket
    // They never wait.
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

  /// Reads what is there.
  @inline(__always)
  func read(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    if case .blockingSocket = self {
      return recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
    }
    return Glibc.read(descriptor, buffer.baseAddress, buffer.count)
  }

  /// Closes the descriptor, with the mode of its open file as it was found, unless that is the affair of
  /// the parent of this process.
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
