import AnyEvent
import Glibc

/// A terminal that `top` has taken over: the alternate screen, with keys that come one by one.
///
/// ``giveBack()`` gives it back as it was; so does the end of this object.
final class TopScreen {
  private var before = termios()
  private var isEntered = false
  private var shown: [TopLine] = []
  private var input: IOWatcher?
  private let onKeys: ([TopKey]) -> Void
  private let onEnd: () -> Void

  /// Takes the terminal over; nil when standard input or output is none.
  init?(keys: @escaping ([TopKey]) -> Void, end: @escaping () -> Void) {
    guard isatty(STDIN_FILENO) == 1, Output.isTerminal else { return nil }
    onKeys = keys
    onEnd = end
    guard takeOver() else { return nil }
  }

  deinit { giveBack() }

  /// Takes the terminal over, again after ``giveBack()``; false when it is gone.
  @discardableResult
  func takeOver() -> Bool {
    guard !isEntered, tcgetattr(STDIN_FILENO, &before) == 0 else { return isEntered }
    var mode = before
    cfmakeraw(&mode)
    // Keys such as Control-C still send signals, and lines still end at the left.
    mode.c_lflag |= tcflag_t(ISIG)
    mode.c_oflag = before.c_oflag
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode) == 0 else { return false }
    isEntered = true
    shown = []
    // The alternate screen, no cursor, and no line that goes on in the next one.
    _ = Output.write("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J")
    input = AE.io(STDIN_FILENO, .read) { [unowned self] in read() }
    return true
  }

  /// Gives the terminal back.
  func giveBack() {
    guard isEntered else { return }
    isEntered = false
    input = nil
    _ = Output.write("\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
  }

  private func read() {
    var chunk = [UInt8](repeating: 0, count: 1024)
    let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else { return onEnd() }
    onKeys(TopKey.keys(chunk[..<count]))
  }

  /// The size of the terminal now.
  var size: (width: Int, height: Int) { Output.terminalSize ?? (80, 24) }

  /// Forgets what is shown, so that all is drawn anew.
  func refresh() {
    shown = []
    if isEntered { _ = Output.write("\u{1b}[2J") }
  }

  /// Shows lines, of which only the changed ones are written; false when the terminal takes none.
  func show(_ lines: [TopLine]) -> Bool {
    guard isEntered else { return true }
    var text: Shown = ""
    for row in 0..<max(lines.count, shown.count) {
      let line = row < lines.count ? lines[row] : TopLine(text: "")
      if row < shown.count, shown[row] == line { continue }
      // The line was made legible where it was made.
      text = text + "\u{1b}[\(row + 1);1H" + Self.look(line) + "\u{1b}[0m\u{1b}[K"
    }
    shown = lines
    return text == "" || Output.write(text)
  }

  private static func look(_ line: TopLine) -> Shown {
    let code =
      switch line.look {
      case .plain: ""
      case .header: "\u{1b}[7m"
      case .bad: "\u{1b}[31m"
      case .notable: "\u{1b}[33m"
      }
    return Shown(legible: (Style.isWanted || line.look == .header ? code : "") + line.text)
  }
}
