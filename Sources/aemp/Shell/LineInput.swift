import AnyEvent
import Glibc

/// Lines from standard input as they come, without blocking the loop.
final class LineInput {
  private var watcher: IOWatcher?
  private var bytes: [UInt8] = []
  private let line: (String) -> Void
  private let end: (_ problem: String?) -> Void
  private var isAtEnd = false

  /// The longest line, in bytes; what is longer is taken in pieces.
  private static let limit = 1 << 20

  /// Whether nothing is read for now; what was read already still comes.
  var isPaused = false {
    didSet { if isPaused != oldValue { watch() } }
  }

  /// Calls `line` with each line and then `end`, from the loop; with what is wrong when it can't be read.
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
    if count < 0 { return finish(String(cString: strerror(errno))) }
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
