/// Text of the manual page, in the language of mdoc.
enum ManualText {
  private static let width = 79

  /// Sentences, each on lines of its own, as that language wants it.
  static func sentences(_ text: String) -> String {
    var lines: [String] = []
    var line = ""
    var isEnd = false
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let escaped = escaped(String(word))
      let isStart = isEnd && word.first?.isLowercase == false
      if !line.isEmpty, isStart || line.count + 1 + escaped.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + escaped
      isEnd = word.last == "."
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map { guarded($0) + "\n" }.joined()
  }

  /// A summary as a sentence.
  static func sentence(_ text: String) -> String {
    sentences(text.prefix(1).uppercased() + text.dropFirst() + ".")
  }

  /// Words that somebody types: their dashes are such, not hyphens.
  static func typed(_ text: String) -> String {
    escaped(text).replacing("-", with: "\\-")
  }

  /// The same as one argument of a macro.
  static func argument(_ text: String) -> String {
    let typed = typed(text)
    return text.contains(" ") ? "\"\(typed)\"" : typed
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "\"": result += "\\(dq"
      case "'": result += "\\(aq"
      case "…": result += "..."
      default: result.append(character)
      }
    }
    return result
  }

  /// A line that begins with a full stop would be a command.
  private static func guarded(_ line: String) -> String {
    line.hasPrefix(".") ? "\\&" + line : line
  }
}
