import AnyEvent
import AnyEventMP
import Glibc

/// Lines on standard output, each whole at once, so that many nodes can write into one file.
enum Report {
  /// Prints the time, this node and what happened.
  static func print(_ words: String...) {
    var line = "\(Int(AE.time * 1_000_000)) \(NODE) \(words.joined(separator: " "))"
    // One event is one line, whatever is in a reason.
    line = String(line.map { $0.isNewline ? " " : $0 }) + "\n"
    var text = line.utf8.map { $0 }[...]
    while !text.isEmpty {
      let written = text.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno != EINTR { exit(1) }
      text = text.dropFirst(max(written, 0))
    }
  }
}
