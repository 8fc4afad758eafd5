internal import AEValue
import AnyEvent
import Glibc

/// Reads lines from standard input as they come, without blocking the loop.
final class LineInput {
  private var watcher: IOWatcher?
  private var bytes: [UInt8] = []
  private let line: (String) -> Void
  private let end: (_ problem: String?) -> Void
  private var isAtEnd = false

  /// The longest line, in bytes; a longer one is split.
  private static let limit = 1 << 20

  /// Whether reading rests; lines that were read already still come.
  var isPaused = false {
    didSet { if isPaused != oldValue { watch() } }
  }

  /// Calls, from the loop, `line` with each line, and at last `end`, with the system's words if reading
  /// has failed.
  init(line: @escaping (String) -> Void, end: @escaping (_ problem: String?) -> Void) {
    self.line = line
    self.end = end
    watch()
  }

  private func watch() {
    let isWatched = !isPaused && !isAtEnd
    watcher = isWatched ? AE.io(STDIN_FILENO, .read) { [unowned self] in read() } : nil
  }

  private func read() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    if count < 0 { return finish(SystemCalls.text(for: errno)) }
    if count == 0 { return finish(nil) }
    bytes += chunk[..<count]
    var start = 0
    while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      line(String(decoding: bytes[start..<newline], as: UTF8.self))
      start = newline + 1
    }
    bytes.removeFirst(start)
    if bytes.count > Self.limit { finishLine() }
  }

  private func finishLine() {
    let text = String(decoding: bytes, as: UTF8.self)
    bytes = []
    line(text)
  }

  private func finish(_ problem: String?) {
    isAtEnd = true
    watch()
    if !bytes.isEmpty { finishLine() }
    end(problem)
  }
}
