import Glibc

/// What the kernel says that this process has used.
enum Measured {
  /// Processor seconds, user and system.
  static var processor: Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// Bytes that are in memory.
  static var resident: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, CInt(line.count), file) != nil else { return 0 }
    let words = line.prefix { $0 != 0 }.split(separator: 0x20)
    let pages = words.count > 1 ? words[1].reduce(0) { $0 * 10 + Int($1) - 48 } : 0
    return pages * Int(sysconf(CInt(_SC_PAGESIZE)))
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }

  /// Runs `body` and adds what an item of `count` took, in nanoseconds, under a name.
  static func time(
    _ name: String, _ count: Int, into fields: inout [(String, Double)], _ body: () throws -> Void
  )
    rethrows
  {
    let before = processor
    try body()
    fields.append((name, (processor - before) / Double(count) * 1e9))
  }

  static func print(_ fields: [(String, Double)]) {
    let text = fields.map { "\"\($0.0)\":\(($0.1 * 1e9).rounded() / 1e9)" }
    Swift.print("{" + text.joined(separator: ",") + "}")
    fflush(nil)
  }
}
