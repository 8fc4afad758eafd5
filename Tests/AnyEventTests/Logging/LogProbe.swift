import AnyEvent
import Synchronization

/// A log system whose clock stands still and whose outputs are kept.
final class LogProbe: Sendable {
  /// 2012-03-22 01:41:43.62 UTC.
  static let standstill = 1_332_380_503.62

  let system: LogSystem
  private let outputs: LogOutputs

  init(_ environment: [String: String] = [:], offset: Int = 0) {
    let outputs = LogOutputs()
    self.outputs = outputs
    system = LogSystem(environment: environment, host: outputs.host(offset: offset))
  }

  /// What was written to standard error, one element for each message.
  var errors: [String] { outputs.errors.withLock { $0 } }
  var syslog: [String] { outputs.syslog.withLock { $0 } }

  /// What was written to standard error since the last call, without the time.
  func newLines() -> [String] {
    outputs.errors.withLock { errors in
      defer { errors = [] }
      return errors.flatMap { $0.split(separator: "\n") }.map { line in
        line.hasPrefix("2012-") ? String(line.dropFirst(33)) : String(line)
      }
    }
  }

  func context(_ package: String) -> LogContext { system.context(package) }
}

final class LogOutputs: Sendable {
  let errors = Mutex<[String]>([])
  let syslog = Mutex<[String]>([])

  func host(offset: Int) -> LogHost {
    LogHost(
      time: { LogProbe.standstill },
      offsetFromUTC: { _ in offset },
      standardError: { lines in self.errors.withLock { $0.append(lines) } },
      syslog: { priority, text in self.syslog.withLock { $0.append("<\(priority)>\(text)") } })
  }
}

/// Collects what callbacks are given.
final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  func append(_ element: Element) { elements.withLock { $0.append(element) } }
  var all: [Element] { elements.withLock { $0 } }
}

/// A text that counts how often it is built.
final class CountedText: Sendable {
  private let count = Atomic<Int>(0)

  var timesBuilt: Int { count.load(ordering: .relaxed) }
  func build(_ text: String = "text") -> String {
    count.add(1, ordering: .relaxed)
    return text
  }
}
