import AnyEventMP
import Glibc

/// What is typed or piped into the tool.
enum StandardInput {
  /// All of standard input as one line, without its line end.
  static func line() throws(ConfigurationError) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= 1 << 16 {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard bytes.count <= 1 << 16, !bytes.contains(UInt8(ascii: "\n")),
      let line = String(validating: bytes, as: UTF8.self)
    else {
      throw ConfigurationError(
        .unusableInput,
        "standard input must hold one line of UTF-8 of at most 65536 bytes; pipe only the secret")
    }
    return line
  }
}
