import Glibc

/// How much memory this process has, as the kernel counts it.
enum ProcessMemory {
  /// What is in memory now (VmRSS), in KiB.
  static var resident: Int { status("VmRSS:") }

  /// The most that ever was in memory (VmHWM), in KiB.
  static var highWater: Int { status("VmHWM:") }

  /// Gives the kernel back what was freed: `malloc_trim`, which is not in the module of the C library.
  static func returnFreed() {
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
  }

  private static func status(_ key: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0, let line {
      let words = String(cString: line).split(whereSeparator: \.isWhitespace)
      if words.count > 1, words[0] == key { return Int(words[1]) ?? 0 }
    }
    return 0
  }
}
