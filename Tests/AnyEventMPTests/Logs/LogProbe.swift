import AnyEvent
import Synchronization

@testable import AnyEventMP

/// The log of a node as if it had a process of its own: nothing else writes to it.
final class LogProbe: Sendable {
  private let output = Mutex<[String]>([])

  /// Gives the node a log of its own.
  init(_ node: Node, verbosity: String = "9") {
    node.logs.system = LogSystem(
      environment: ["AE_VERBOSE": verbosity],
      host: LogHost(
        time: LogHost.process.time, offsetFromUTC: { _ in 0 },
        standardError: { [self] text in output.withLock { $0.append(Self.plain(text)) } },
        syslog: { _, _ in }))
  }

  /// What was written, each message without its time and the difference of the clocks.
  var messages: [String] {
    output.withLock { $0 }
  }

  private static func plain(_ message: String) -> String {
    let text = String(message.dropFirst(33).dropLast())
    return text.contains("(") ? text.replacing(/\([+-][0-9.]+\)\]/, with: "]") : text
  }

  /// Those that contain the text.
  func messages(with text: String) -> [String] {
    messages.filter { $0.contains(text) }
  }
}

extension Node {
  /// Logs as the node's own program would.
  func logLine(_ level: LogLevel, _ text: String, in context: String = "My::Program") {
    logs.system.context(context).log(level, text)
  }
}
