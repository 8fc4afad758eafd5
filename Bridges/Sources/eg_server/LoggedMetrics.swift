import CoreMetrics
import Logging
import Synchronization

/// A backend for metrics that logs each new value, in place of one that somebody can look at.
struct LoggedMetrics: MetricsFactory {
  private let logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  private func metric(_ label: String, _ dimensions: [(String, String)]) -> LoggedMetric {
    var logger = logger
    for (name, value) in dimensions { logger[metadataKey: name] = "\(value)" }
    return LoggedMetric(label, logger)
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    metric(label, dimensions)
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool)
    -> any RecorderHandler
  {
    metric(label, dimensions)
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    metric(label, dimensions)
  }

  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
}

/// One of them.
final class LoggedMetric: CounterHandler, RecorderHandler, TimerHandler {
  private let label: String
  private let logger: Logger
  private let sum = Atomic<Int64>(0)

  init(_ label: String, _ logger: Logger) {
    self.label = label
    self.logger = logger
  }

  func increment(by amount: Int64) {
    log(sum.wrappingAdd(amount, ordering: .relaxed).newValue)
  }

  func reset() { sum.store(0, ordering: .relaxed) }

  func record(_ value: Int64) { log(value) }

  func record(_ value: Double) { log(value) }

  func recordNanoseconds(_ duration: Int64) { log(Double(duration) / 1e9) }

  private func log(_ value: some CustomStringConvertible) {
    logger.trace("\(label) is \(value.description)")
  }
}
