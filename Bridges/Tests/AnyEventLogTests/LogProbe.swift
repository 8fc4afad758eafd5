import AnyEvent
import AnyEventLog
import Logging
import Synchronization

/// Contexts of their own, with what they write to standard error.
final class LogProbe: Sendable {
  let system: LogSystem
  private let lines: Collected<String>

  init(verbosity: String = "9") {
    let lines = Collected<String>()
    self.lines = lines
    system = LogSystem(
      environment: ["AE_VERBOSE": verbosity],
      host: LogHost(
        time: { 1_332_380_503.62 }, offsetFromUTC: { _ in 0 },
        standardError: { lines.append($0) }, syslog: { _, _ in }))
  }

  /// What was written, without the time.
  var written: [String] { lines.all.map { String($0.dropFirst(33).dropLast()) } }
}

/// Collects what callbacks are given.
final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  func append(_ element: Element) { elements.withLock { $0.append(element) } }
  var all: [Element] { elements.withLock { $0 } }
}

/// A backend of swift-log that keeps what it gets.
struct KeepingHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel = Logger.Level.trace
  let kept: Collected<String>

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    kept.append("\(event.level) \(event.source): \(event.message)")
  }
}

extension Logger {
  /// A logger that logs in a context.
  init(_ context: LogContext, metadataProvider: Logger.MetadataProvider? = nil) {
    self.init(label: context.title) { _ in
      AnyEventLogHandler(context, metadataProvider: metadataProvider)
    }
  }

  /// A logger with a backend that keeps all.
  init(keepingIn kept: Collected<String>) {
    self.init(label: "kept") { _ in KeepingHandler(kept: kept) }
  }
}
