/// What people may write in configuration files.
extension JSONReader {
  /// Skips a comment up to the end of its line.
  mutating func skipLine() {
    while index < end, byte(at: index) != 0x0a { index += 1 }
  }

  /// Skips a comment that starts with a slash.
  mutating func skipComment() throws(CodecError) {
    guard index + 1 < end else { throw fail(.malformed) }
    switch byte(at: index + 1) {
    case UInt8(ascii: "/"): skipLine()
    case UInt8(ascii: "*"):
      let start = index
      index += 2
      while index + 1 < end {
        if byte(at: index) == UInt8(ascii: "*"), byte(at: index + 1) == UInt8(ascii: "/") {
          index += 2
          return
        }
        index += 1
      }
      index = start
      throw fail(.truncated)
    default: throw fail(.malformed)
    }
  }

  /// Skips white space and comments after the document, which must be all there is.
  mutating func skipToEnd(of count: Int) throws(CodecError) {
    // What follows does not count for the document's size.
    end = count
    do {
      _ = try next()
    } catch {
      guard error.code == endCode, index == end else { throw error }
      return
    }
    throw fail(.trailingData)
  }
}
