/// Lays text out for terminals of 80 columns.
enum HelpLayout {
  private static let width = 80
  /// Where the right column of a list begins.
  private static let column = 24

  /// Text in lines of 80 columns at most, all but the first indented by `indent`; a word that is
  /// longer stays whole.
  static func wrapped(_ text: String, indent: Int, firstColumn: Int? = nil) -> String {
    let margin = String(repeating: " ", count: indent)
    var result = firstColumn == nil ? margin : ""
    var position = firstColumn ?? indent
    var isLineStart = true
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !isLineStart, position + 1 + word.count > width {
        result += "\n" + margin
        position = indent
        isLineStart = true
      }
      if !isLineStart {
        result += " "
        position += 1
      }
      result += word
      position += word.count
      isLineStart = false
    }
    return result
  }

  /// A line of a list: a term, and on the right, or below it if it is long, what it means.
  static func item(_ term: String, _ text: String) -> String {
    let left = "  " + term
    guard left.count + 1 < column else {
      return left + "\n" + wrapped(text, indent: column) + "\n"
    }
    let padding = String(repeating: " ", count: column - left.count)
    return left + padding + wrapped(text, indent: column, firstColumn: column) + "\n"
  }
}
