import AnyEvent
import Synchronization

/// All that nodes have logged in this process; tests pick their lines by a name or an address.
final class LogCollector: Sendable {
  struct Line {
    let level: LogLevel
    let text: String
  }

  static let shared = LogCollector()

  private let lines = Mutex<[Line]>([])
  private let context = LogContext(title: "collector")

  private init() {
    context.message_cb { [unowned self] message in
      let line = Line(level: message.level, text: message.text)
      lines.withLock { $0.append(line) }
      return true
    }
    for name in ["Kernel", "Transport", "Global"] {
      LogContext("AnyEvent::MP::\(name)").attach(context)
    }
  }

  /// The lines that contain the text, at this level or a more urgent one.
  func lines(with text: String, upTo level: LogLevel = .warn) -> [String] {
    lines.withLock { lines in
      lines.filter { $0.level <= level && $0.text.contains(text) }.map(\.text)
    }
  }
}
