import AnyEvent
import Glibc

/// Lines from standard input as they come, without blocking the loop.
final class LineInput {
  private var watcher: IOWatcher?
  private var bytes: [UInt8] = []
  private let line: (String) -> Void
  private let end: () -> Void

  /// The longest line, in bytes; what is longer is taken in pieces.
  private static let limit = 1 << 20

  /// Calls `line` with each line and then `end`, from the loop.
  init(line: @escaping (String) -> Void, end: @escaping () -> Void) {
    self.line = line
    self.end = end
    watcher = AE.io(STDIN_FILENO, .read) { [unowned self] in read() }
  }

  private func read() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    if count <= 0 { return finish() }
    bytes += chunk[..<count]
    while let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      let text = String(decoding: bytes[..<newline], as: UTF8.self)
      bytes.removeFirst(newline + 1)
      line(text)
    }
    if bytes.count > Self.limit { finishLine() }
  }

  private func finishLine() {
    let text = String(decoding: bytes, as: UTF8.self)
    bytes = []
    line(text)
  }

  private func finish() {
    watcher = nil
    if !bytes.isEmpty { finishLine() }
    end()
  }
}
