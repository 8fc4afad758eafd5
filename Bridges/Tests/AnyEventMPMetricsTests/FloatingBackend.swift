import CoreMetrics
import Synchronization

/// A backend that has counters of fractions of its own, and nothing else.
final class FloatingBackend: MetricsFactory {
  let counter = FloatingSum()

  func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
    -> any FloatingPointCounterHandler
  {
    counter.label = label
    return counter
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    NOOPMetricsHandler.instance
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool)
    -> any RecorderHandler
  {
    NOOPMetricsHandler.instance
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    NOOPMetricsHandler.instance
  }

  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
}

/// The sum that a counter has got.
final class FloatingSum: FloatingPointCounterHandler {
  private let contents = Mutex((label: "", sum: 0.0))

  var label: String {
    get { contents.withLock { $0.label } }
    set { contents.withLock { $0.label = newValue } }
  }

  var sum: Double { contents.withLock { $0.sum } }

  func increment(by amount: Double) { contents.withLock { $0.sum += amount } }

  func reset() { contents.withLock { $0.sum = 0 } }
}
