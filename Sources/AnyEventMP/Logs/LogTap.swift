import AnyEvent
import Glibc
import Synchronization

/// Takes the log messages of a process, from whichever thread, and keeps them for a node's loop.
final class LogTap: Sendable {
  /// A message on its way to other nodes.
  struct Line: Equatable {
    let time: Double
    let title: String
    let level: LogLevel
    let text: String

    /// What it takes of the memory for lines.
    var size: Int { title.utf8.count + text.utf8.count + 64 }
  }

  /// What has come since the last ``take()``.
  struct Catch: Equatable {
    var lines: [Line] = []
    /// How many there was no room for.
    var lost = 0
  }

  /// So many lines, and so many bytes of them, may wait for the loop; what comes beyond is counted.
  static let maximumLines = 4096
  static let maximumBytes = 1 << 20
  /// A longer text is cut.
  static let maximumText = 16 << 10

  private struct Waiting {
    var lines: [Line] = []
    var bytes = 0
    var lost = 0
  }

  private let waiting = Mutex(Waiting())
  private let context: LogContext
  private let system: LogSystem

  /// `wake` is called, on the thread that logs, when something has come after ``take()``.
  init(_ system: LogSystem, wake: @escaping @Sendable () -> Void) {
    self.system = system
    context = system.anonymousContext(title: LogSender.title)
    context.level(nil)
    // It keeps the tap until close(): another thread may be just logging.
    context.message_cb { [self] message in
      if !Self.isQuiet, add(message) { wake() }
      return false
    }
    system.COLLECT.attach(context)
  }

  /// Ends it: nothing is taken any more.
  func close() {
    context.log_cb(nil)
    system.COLLECT.detach(context)
  }

  /// Takes messages up to a level.
  func level(_ level: LogLevel) {
    context.level(level)
    // Unless somebody has reset the contexts meanwhile, it is attached already.
    system.COLLECT.attach(context)
  }

  /// What has come.
  func take() -> Catch {
    waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return Catch(lines: waiting.lines, lost: waiting.lost)
    }
  }

  /// True for the first one since ``take()``.
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
    // Half a character at the end becomes a replacement character.
    return String(decoding: text.utf8.prefix(maximumText), as: UTF8.self) + "…"
  }
}

/// The slot of each thread that says that what it logs is not for other nodes.
private let quietKey: pthread_key_t = {
  var key = pthread_key_t()
  // Without a slot everything would be passed on, what was caught too: then nothing is.
  return pthread_key_create(&key, nil) == 0 ? key : .max
}()

extension LogTap {
  /// Whether what this thread logs is not passed on: it comes from another node, or is about passing on.
  static var isQuiet: Bool {
    quietKey == .max || pthread_getspecific(quietKey) != nil
  }

  /// Runs `body`; what it logs goes the usual ways, but to no other node.
  ///
  /// So log messages about log messages do not go round in circles.
  static func quietly(_ body: () -> Void) {
    guard !isQuiet else { return body() }
    pthread_setspecific(quietKey, UnsafeRawPointer(bitPattern: 1))
    defer { pthread_setspecific(quietKey, nil) }
    body()
  }
}
