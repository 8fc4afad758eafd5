import Glibc

/// The memory of the command line, which all users of the machine can read with `ps`.
enum ArgumentMemory {
  /// Overwrites an argument, so that it is gone from `ps` and `/proc`.
  static func overwrite(_ index: Int) {
    guard index > 0, index < Int(CommandLine.argc), let text = CommandLine.unsafeArgv[index] else {
      return
    }
    memset(text, CInt(UInt8(ascii: "x")), strlen(text))
  }
}
