import Glibc

/// The descriptor of `--ready-fd`, which is told once.
struct ReadyDescriptor {
  private let number: CInt

  /// - Throws: `UsageError` when whoever started us has not opened it for writing.
  init(_ number: CInt) throws(UsageError) {
    self.number = number
    let flags = fcntl(number, F_GETFL)
    // One that closes itself when a program is started is not from whoever has started this one.
    guard flags >= 0, fcntl(number, F_GETFD) & FD_CLOEXEC == 0 else {
      throw UsageError(
        explained:
          "--ready-fd \(number): that descriptor is not open; open it in the shell, such as: \(number)>ready"
      )
    }
    guard flags & O_ACCMODE != O_RDONLY else {
      throw UsageError(
        explained:
          "--ready-fd \(number): that descriptor is not open for writing; open it in the shell, such as: \(number)>ready"
      )
    }
  }

  private var isStandard: Bool { number <= STDERR_FILENO }

  /// Keeps it from the worker: it is closed when nobody has it any more.
  func keep() {
    if !isStandard { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
  }

  /// Writes the line and closes the descriptor.
  ///
  /// Standard output, which has the line already, and the
  /// other two stay open.
  func tell(_ line: Shown) {
    if number != STDOUT_FILENO { _ = Output.write(line.text, to: number) }
    if !isStandard { close(number) }
  }
}
