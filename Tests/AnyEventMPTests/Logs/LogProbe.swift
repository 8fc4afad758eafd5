import AnyEvent
import Synchronization

/// A log for a node as if it had a process of its own: nothing else writes to it.
final class LogProbe: Sendable {
  private let output: Output
  /// What the node gets as its log.
  let system: LogSystem

  private final class Output: Sendable {
    let messages = Mutex<[String]>([])
  }

  init(verbosity: String = "9") {
    let output = Output()
    self.output = output
    system = LogSystem(
      environment: ["AE_VERBOSE": verbosity],
      host: LogHost(
        time: LogHost.process.time, offsetFromUTC: { _ in 0 },
        standardError: { text in output.messages.withLock { $0.append(Self.plain(text)) } },
        syslog: { _, _ in }))
  }

  /// What was written, each message without its time and the difference of the clocks.
  var messages: [String] {
    output.messages.withLock { $0 }
  }

  private static func plain(_ message: String) -> String {
    let text = String(message.dropFirst(33).dropLast())
    return text.contains("(") ? text.replacing(/\([+-][0-9.]+\)\]/, with: "]") : text
  }

  /// Those that contain the text.
  func messages(with text: String) -> [String] {
    messages.filter { $0.contains(text) }
  }

  /// Up to which level messages of the node's program are wanted by somebody; nil: none.
  var level: LogLevel? {
    LogLevel.allCases.last { system.context("My::Program").isEnabled($0) }
  }

  /// Wants no messages for itself.
  func turnOff() { system.FILTER.level(nil) }

  /// Logs as the program of the node would.
  func line(_ level: LogLevel, _ text: String, in context: String = "My::Program") {
    system.context(context).log(level, text)
  }
}
