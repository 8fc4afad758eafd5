internal import CLibUV
internal import Glibc

/// Keeps the numbers 0, 1 and 2 for standard input, output and error.
///
/// A process can be started with any of them closed. The system gives the lowest free number to the
/// next opened file, so a socket or file of this package would get text that is meant for people.
package enum StandardDescriptors {
  /// The standard descriptors.
  private static let numbers: ClosedRange<CInt> = STDIN_FILENO...STDERR_FILENO

  /// Occupies the numbers of closed standard descriptors, so that libuv, OpenSSL and the like cannot get them.
  ///
  /// Reading and writing there fails as it did before, because standard input is opened for writing, and
  /// the other two for reading. Programs that are started find them closed. It is not called for foreign
  /// loops, whose hosts may have closed them on purpose.
  ///
  /// - Returns: the numbers that were closed.
  @discardableResult
  package static func reserve() -> [CInt] {
    var reserved: [CInt] = []
    for number in numbers where fcntl(number, F_GETFD) < 0 {
      let mode = number == STDIN_FILENO ? O_WRONLY : O_RDONLY
      var descriptor = open("/dev/null", mode | O_CLOEXEC)
      // Without that file, an epoll descriptor serves, which can be neither read nor written.
      if descriptor < 0 { descriptor = aeuv_epoll_make() }
      if descriptor == number {
        reserved.append(number)
      } else if descriptor >= 0 {
        // Another thread was faster.
        close(descriptor)
      }
    }
    return reserved
  }

  /// Calls `body`, which opens descriptors without ``spare(_:)``, with all three occupied.
  static func whileReserved(_ body: () -> Void) {
    let reserved = reserve()
    body()
    for number in reserved { close(number) }
  }

  /// A descriptor that was just opened, moved to another number if it has a standard one.
  ///
  /// Each opened descriptor goes through here at once, also because a program may close standard
  /// descriptors while it runs, and the host of a foreign loop has its own ones.
  ///
  /// - Parameter descriptor: the result of the system call, also if it is an error.
  /// - Returns: the descriptor, which is closed when a program is started if it had to be moved; −1
  ///   with `errno` when there is none.
  @inline(__always)
  package static func spare(_ descriptor: CInt) -> CInt {
    numbers.contains(descriptor) ? move(descriptor) : descriptor
  }

  @inline(never)
  private static func move(_ descriptor: CInt) -> CInt {
    let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    let code = errno
    close(descriptor)
    errno = code
    return moved
  }
}

/// Tests whether the system still gives descriptors, before calls of libraries that abort without one.
package enum FreeDescriptors {
  /// Whether so many more can be opened now; `errno` says why not.
  package static func are(_ count: Int) -> Bool {
    var opened: [CInt] = []
    defer {
      let code = errno
      for descriptor in opened { close(descriptor) }
      errno = code
    }
    for _ in 0..<count {
      let descriptor = aeuv_epoll_make()
      guard descriptor >= 0 else { return false }
      opened.append(descriptor)
    }
    return true
  }
}

/// The process that has changed a shared thing, such as the mode of an open file or a name in the file
/// system: it undoes the change, and its children, which inherit the object, do not.
struct ChangingProcess {
  /// How many forks are between the process that made the first loop and this one; ``ForkedLoops`` counts
  /// them in the child.
  nonisolated(unsafe) static var generation = 0

  private let generation = Self.generation

  /// Whether this process has made the change.
  var isThis: Bool { generation == Self.generation }

  /// Makes the open file of a descriptor blocking again, if this process has changed it.
  func makeBlocking(_ descriptor: CInt) {
    guard isThis else { return }
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
  }
}
