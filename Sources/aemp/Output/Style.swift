import Glibc

/// Colours for a terminal: none in a pipe, and none where `NO_COLOR` is set.
enum Style: String {
  case good = "32"
  case notable = "33"
  case bad = "31"

  /// The text in this colour, if standard output shows colours.
  static func paint(_ text: Shown, _ style: Style) -> Shown {
    isWanted ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  private static let isWanted: Bool = {
    if let setting = getenv("NO_COLOR"), setting.pointee != 0 { return false }
    return isatty(STDOUT_FILENO) == 1
  }()
}
