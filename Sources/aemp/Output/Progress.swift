import AnyEvent
import Glibc

/// Shows on a terminal, and only there, what a long command waits for.
final class Progress {
  private unowned let errand: Errand
  private var timer: TimerWatcher?
  private var seconds = 0
  private var isShown = false

  /// Begins to count; nil when standard error is no terminal.
  init?(_ errand: Errand) {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    self.errand = errand
    timer = errand.session.loop.timer(after: 1, interval: 1) { [unowned self] in tick() }
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
    guard !errand.awaited.isEmpty else { return }
    isShown = true
    Output.show("\r\u{1b}[Kwaiting for \(errand.awaited), \(seconds) s")
  }
}
