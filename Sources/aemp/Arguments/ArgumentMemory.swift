import Glibc

/// The memory of the command line, which all users of the machine can read with `ps`.
enum ArgumentMemory {
  /// Refuses arguments that are no UTF-8: Swift repairs them, and something else would be stored or sent
  /// than was typed.
  static func checkEncoding() throws(UsageError) {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let text = CommandLine.unsafeArgv[index], String(validatingCString: text) == nil else {
        continue
      }
      // It may be a secret: nothing of it is shown.
      overwrite(index)
      throw UsageError(
        explained:
          "argument \(index) is not UTF-8; type it on a terminal that uses UTF-8, or write it in JSON with \\u and four digits"
      )
    }
  }

  /// Overwrites an argument, so that it is gone from `ps` and `/proc`.
  static func overwrite(_ index: Int) {
    guard index > 0, index < Int(CommandLine.argc), let text = CommandLine.unsafeArgv[index] else {
      return
    }
    memset(text, CInt(UInt8(ascii: "x")), strlen(text))
  }
}
