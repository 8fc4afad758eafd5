import AnyEvent
import Glibc

/// Shows on a terminal, and only there, what a long command waits for.
final class Progress {
  /// What is waited for; empty: nothing.
  private let awaited: () -> String
  private var timer: TimerWatcher?
  private var seconds = 0
  private var isShown = false

  /// Begins to count; nil when standard error is no terminal.
  init?(on loop: Loop, awaited: @escaping () -> String) {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    self.awaited = awaited
    timer = loop.timer(after: 1, interval: 1) { [unowned self] in tick() }
  }

  /// Takes the line away again.
  func stop() {
    timer?.cancel()
    timer = nil
    if isShown { Output.show("\r\u{1b}[K") }
    isShown = false
  }

  private func tick() {
    seconds += 1
    let awaited = awaited()
    guard !awaited.isEmpty else { return }
    isShown = true
    Output.show("\r\u{1b}[Kwaiting for \(awaited), \(seconds) s")
  }
}
