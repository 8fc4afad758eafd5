import Glibc

/// Colours for a terminal: none in a pipe, and none where `NO_COLOR` is set.
enum Style: String {
  case good = "32"
  case notable = "33"
  case bad = "31"

  /// The text in this colour, if standard output shows colours.
  static func paint(_ text: String, _ style: Style) -> String {
    isWanted ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// The text of another node as it is, for programs, or harmless, for a terminal.
  static func legible(_ text: String) -> String { isTerminal ? Legible.line(text) : text }

  private static let isWanted: Bool = {
    if let setting = getenv("NO_COLOR"), setting.pointee != 0 { return false }
    return isTerminal
  }()

  private static let isTerminal = isatty(STDOUT_FILENO) == 1
}
