import Glibc

/// The one line of JSON that a benchmark prints, with the keys that the yardsticks use.
struct Report {
  private var fields: [(String, String)]

  init(role: String) {
    fields = [("role", "\"\(role)\"")]
  }

  mutating func add(_ key: String, _ number: Int) { fields.append((key, "\(number)")) }

  /// Adds a number with three decimals, which is enough for everything but seconds.
  mutating func add(_ key: String, _ number: Double) {
    fields.append((key, "\((number * 1000).rounded() / 1000)"))
  }

  /// Adds seconds, to the microsecond.
  mutating func add(seconds key: String, _ number: Double) {
    fields.append((key, "\((number * 1e6).rounded() / 1e6)"))
  }

  /// Adds the wall-clock time and processor time of a measurement.
  mutating func add(_ watch: Stopwatch, seconds: Double? = nil) {
    add(seconds: "secs", seconds ?? watch.seconds)
    add(seconds: "cpu", watch.cpuSeconds)
  }

  func print() {
    let all = fields + [("hwm_kb", "\(ProcessMemory.highWater)")]
    Swift.print("{" + all.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}")
    fflush(nil)
  }
}
