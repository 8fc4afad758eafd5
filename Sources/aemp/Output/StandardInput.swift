import AnyEventMP
import Glibc

/// What is typed or piped into the tool.
enum StandardInput {
  /// All of standard input as one line, without its line end; from a terminal the line that is typed
  /// at a prompt, unseen.
  static func line(prompt: String) throws(ConfigurationError) -> String {
    let isTyped = HiddenTyping.isPossible
    var (bytes, problem) = isTyped ? HiddenTyping.during(prompt) { read(isTyped) } : read(isTyped)
    if problem != 0 {
      throw ConfigurationError(
        .unusableInput,
        "cannot read standard input: \(String(cString: strerror(problem))); pipe one line into it")
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard bytes.count <= limit, !bytes.contains(UInt8(ascii: "\n")),
      let line = String(validating: bytes, as: UTF8.self)
    else {
      throw ConfigurationError(
        .unusableInput,
        "standard input must hold one line of UTF-8 of at most 65536 bytes; pipe only the value")
    }
    return line
  }

  private static let limit = 1 << 16

  /// The bytes up to the end, or the end of the line that is typed, and the `errno` of what failed.
  private static func read(_ isTyped: Bool) -> ([UInt8], problem: CInt) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= limit {
      // Who interrupts it ends us as soon as the terminal is as it was.
      if isTyped, !HiddenTyping.waitForLine() { return ([], EINTR) }
      let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        Readiness.wait(for: POLLIN, of: STDIN_FILENO)
        continue
      }
      if count < 0 { return (bytes, errno) }
      if count == 0 { break }
      bytes += chunk[..<count]
      if isTyped, bytes.last == UInt8(ascii: "\n") { break }
    }
    return (bytes, 0)
  }
}
