/// A running timer; it ends when it is cancelled or its last reference goes.
///
/// Corresponds to the watcher that Perl's `AE::timer` returns.
public final class TimerWatcher {
  private let loop: Loop
  let interval: Double
  var token: TimerQueue<Unmanaged<TimerWatcher>>.Token?
  private var callback: (() -> Void)?

  init(on loop: Loop, after: Double, interval: Double, _ callback: @escaping () -> Void) {
    self.loop = loop
    self.interval = interval
    guard loop.state == .open else { return }
    self.callback = callback
    token = loop.startTimer(self, after: after)
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops the timer; may be called more than once and in its own callback.
  public func cancel() {
    guard callback != nil else { return }
    loop.preconditionOnLoop()
    if let token { loop.stopTimer(token) }
    deactivate()
  }

  /// Forgets the callback, after the loop has dropped its entry.
  func deactivate() {
    // Released when the watcher is done with itself: what it held may cancel once more as it goes.
    let held = callback
    token = nil
    callback = nil
    withExtendedLifetime(held) {}
  }

  func fire() {
    let callback = self.callback
    // A timer that has done its work lets go of what its callback holds.
    if !(interval > 0) { deactivate() }
    callback?()
  }

  deinit { cancel() }
}
