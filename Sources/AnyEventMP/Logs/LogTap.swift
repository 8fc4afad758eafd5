import AnyEvent
import Glibc
import Synchronization

/// Takes the log messages of a process, from any thread, and keeps them for a node's loop.
final class LogTap: Sendable {
  /// A message on its way to other nodes.
  struct Line: Equatable {
    let time: Double
    let title: String
    let level: LogLevel
    let text: String

    /// The part of the memory limit that the line takes, in bytes.
    var size: Int { title.utf8.count + text.utf8.count + 64 }
  }

  /// The lines since the last ``take()``.
  struct Catch: Equatable {
    var lines: [Line] = []
    /// The number of lines that exceeded the limits.
    var lost = 0
  }

  /// The most lines, and the most bytes of them, that may wait for the loop; further lines are counted.
  static let maximumLines = 4096
  static let maximumBytes = 1 << 20
  /// The longest text in bytes; a longer one is cut.
  static let maximumText = 16 << 10

  private struct Waiting {
    var lines: [Line] = []
    var bytes = 0
    var lost = 0
  }

  private let waiting = Mutex(Waiting())
  private let context: LogContext
  private let system: LogSystem

  /// A tap that calls `wake`, on the thread that logs, for the first line after ``take()``.
  init(_ system: LogSystem, wake: @escaping @Sendable () -> Void) {
    self.system = system
    context = system.anonymousContext(title: LogSender.title)
    context.level(nil)
    // The callback retains the tap until `close()`, because another thread may be logging at that time.
    context.message_cb { [self] message in
      if !Self.isQuiet, add(message) { wake() }
      return false
    }
    system.COLLECT.attach(context)
  }

  /// Takes no more messages.
  func close() {
    context.log_cb(nil)
    system.COLLECT.detach(context)
  }

  /// Takes messages up to a level.
  func level(_ level: LogLevel) {
    context.level(level)
    // The context may have been detached by a reset of all contexts.
    system.COLLECT.attach(context)
  }

  /// Takes out the waiting lines.
  func take() -> Catch {
    waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return Catch(lines: waiting.lines, lost: waiting.lost)
    }
  }

  /// Adds a line; true for the first one since ``take()``.
  private func add(_ message: LogMessage) -> Bool {
    let line = Line(
      time: message.time, title: message.context.title, level: message.level,
      text: Self.cut(message.text))
    return waiting.withLock { waiting in
      let isFirst = waiting.lines.isEmpty && waiting.lost == 0
      if waiting.lines.count < Self.maximumLines, waiting.bytes + line.size <= Self.maximumBytes {
        waiting.lines.append(line)
        waiting.bytes += line.size
      } else {
        waiting.lost += 1
      }
      return isFirst
    }
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > maximumText else { return text }
    // A character that is cut in two becomes a replacement character.
    return String(decoding: text.utf8.prefix(maximumText), as: UTF8.self) + "…"
  }
}

/// The thread-local slot that is set while a thread logs messages that are not for other nodes.
private let quietKey: pthread_key_t = {
  var key = pthread_key_t()
  // Without a slot caught messages would be sent on for ever, so then none is sent.
  return pthread_key_create(&key, nil) == 0 ? key : .max
}()

extension LogTap {
  /// Whether messages of this thread stay here: they come from another node, or are about sending.
  static var isQuiet: Bool {
    quietKey == .max || pthread_getspecific(quietKey) != nil
  }

  /// Runs `body`; its log messages are logged as usual but not sent to other nodes.
  ///
  /// So log messages about log messages do not circulate.
  static func quietly(_ body: () -> Void) {
    guard !isQuiet else { return body() }
    pthread_setspecific(quietKey, UnsafeRawPointer(bitPattern: 1))
    defer { pthread_setspecific(quietKey, nil) }
    body()
  }
}
