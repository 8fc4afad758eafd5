internal import Glibc

/// Writes the lines of a message to a file descriptor.
enum FileDescriptorWriting {
  /// How long to wait for a reader of a full non-blocking pipe before the rest is given up, in ms.
  static let patience: CInt = 100

  /// Writes all of it with one `write(2)`, so that messages of several processes don't mix.
  ///
  /// More calls are made only for what the first one didn't take.
  /// - Returns: 0, or the `errno` of the call that failed.
  static func write(
    _ lines: String, to descriptor: CInt, patience: CInt = FileDescriptorWriting.patience
  ) -> CInt {
    var lines = lines
    return lines.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if written >= 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
          continue
        }
        let failure = errno
        switch failure {
        case EINTR:
          continue
        case EAGAIN:
          // Somebody made it non-blocking, perhaps a loop that shares it.
          var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          if poll(&request, 1, patience) <= 0 { return failure }
        default:
          return failure
        }
      }
      return 0
    }
  }
}
