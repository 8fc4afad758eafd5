import Glibc

/// Where the tool writes to.
enum Output {
  /// Writes to standard output; false, with a sentence on standard error, when that fails.
  static func write(_ shown: Shown) -> Bool {
    let code = write(shown.text, to: STDOUT_FILENO)
    // Who stops reading, such as "head", knows why.
    if code != 0, code != EPIPE {
      complain("cannot write the output: \(String(cString: strerror(code)))")
    }
    return code == 0
  }

  /// Writes one sentence to standard error; what others have said in it has no effect on a terminal.
  static func complain(_ sentence: String) {
    // Nobody is left to be told when that fails.
    _ = write("aemp: \(Legible.line(sentence))\n", to: STDERR_FILENO)
  }

  /// Writes to the terminal at standard error.
  static func show(_ shown: Shown) {
    _ = write(shown.text, to: STDERR_FILENO)
  }

  /// Writes text as it is to a descriptor, such as a file's: 0, or the `errno` of what failed.
  static func write(_ text: String, to descriptor: CInt) -> CInt {
    var text = text
    return text.withUTF8 { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          Readiness.wait(for: POLLOUT, of: descriptor)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
