import AnyEventMP

/// Splits a line of the shell into words.
///
/// Spaces separate words. A word in single quotes is taken as it stands; one that begins with `[`,
/// `{` or `"` is JSON and ends where the JSON does.
struct ShellWords {
  private var rest: Substring

  init(_ line: some StringProtocol) {
    rest = Substring(line)
    skipSpaces()
  }

  /// The next word; nil at the end of the line.
  ///
  /// - Throws: ``UsageError`` for a quote or JSON without an end.
  mutating func next() throws(UsageError) -> Value? {
    guard let first = rest.first else { return nil }
    defer { skipSpaces() }
    switch first {
    case "'":
      rest.removeFirst()
      guard let end = rest.firstIndex(of: "'") else {
        throw UsageError(explained: "there is no ' that ends the text; add one")
      }
      defer { rest = rest[rest.index(after: end)...] }
      return .string(String(rest[..<end]))
    case "[", "{", "\"": return try json()
    default:
      let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
      defer { rest = rest[end...] }
      return .string(String(rest[..<end]))
    }
  }

  /// All words that are left.
  mutating func all() throws(UsageError) -> [Value] {
    var words: [Value] = []
    while let word = try next() { words.append(word) }
    return words
  }

  /// All that is left, as it stands.
  mutating func remainder() -> String {
    defer { rest = "" }
    var text = rest
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// JSON ends at the first space (or the line's end) before which it is whole.
  private mutating func json() throws(UsageError) -> Value {
    var end = rest.startIndex
    while end != rest.endIndex {
      let next = rest[rest.index(after: end)...]
      end = next.firstIndex(where: \.isWhitespace) ?? rest.endIndex
      // Not whole yet is no error.
      if let value = try? JSON.decode(String(rest[..<end])) {
        rest = rest[end...]
        return value
      }
    }
    throw UsageError(
      explained: "\(rest) starts like JSON but is none; correct it, or put it into ' '")
  }

  private mutating func skipSpaces() {
    rest = rest.drop(while: \.isWhitespace)
  }
}
