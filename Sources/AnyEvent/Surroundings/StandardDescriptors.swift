internal import CLibUV
internal import Glibc

/// Keeps the numbers 0, 1 and 2 for standard input, output and error.
///
/// A process can be started with any of them closed. The system gives the lowest free number to
/// whatever is opened next, so a socket or a file of ours would get what is meant for people.
package enum StandardDescriptors {
  /// The standard descriptors.
  private static let numbers: ClosedRange<CInt> = STDIN_FILENO...STDERR_FILENO

  /// Occupies those that are closed, so that libuv, OpenSSL and the like cannot get them.
  ///
  /// Reading and writing there fails as it did before, because what was meant to be read is opened
  /// for writing, and the other two for reading. Programs that are started find them closed. What the
  /// host of a foreign loop has closed is the host's affair: nobody calls this there.
  ///
  /// - Returns: the numbers that were closed.
  @discardableResult
  package static func reserve() -> [CInt] {
    var reserved: [CInt] = []
    for number in numbers where fcntl(number, F_GETFD) < 0 {
      let mode = number == STDIN_FILENO ? O_WRONLY : O_RDONLY
      var descriptor = open("/dev/null", mode | O_CLOEXEC)
      // Where there is no such file, anything will do that can be neither read nor written.
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

  /// Calls `body`, which opens what does not come through ``spare(_:)``, with all three occupied.
  static func whileReserved(_ body: () -> Void) {
    let reserved = reserve()
    body()
    for number in reserved { close(number) }
  }

  /// A descriptor that was just opened, moved to another number if it has a standard one.
  ///
  /// Everything that we open goes through here, at once: who closes standard descriptors while the
  /// program runs, or runs the loop that we are guests of, has no socket of ours there.
  ///
  /// - Parameter descriptor: what the system has returned, also if that is an error.
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
