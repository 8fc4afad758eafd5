/// Calls its callback again and again while the loop has nothing else to do.
///
/// It ends when it is cancelled or its last reference goes. Corresponds to the watcher that Perl's
/// `AE::idle` returns.
public final class IdleWatcher: FiringWatcher {
  private let loop: Loop
  private var callback: (() -> Void)?

  init(on loop: Loop, _ callback: @escaping () -> Void) {
    self.loop = loop
    guard loop.state == .open else { return }
    self.callback = callback
    loop.idleWatchers.add(self)
    loop.armRound()
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops calling; may be called more than once and in its own callback.
  public func cancel() {
    guard callback != nil else { return }
    loop.preconditionOnLoop()
    // Released at the end: what it held may cancel once more as it goes.
    let held = callback
    callback = nil
    loop.idleWatchers.remove(self)
    withExtendedLifetime(held) {}
  }

  func fire() { callback?() }

  deinit { cancel() }
}

extension Loop {
  /// Calls `callback` once per iteration in which nothing else happened, until cancelled.
  ///
  /// The loop does not sleep meanwhile. Corresponds to Perl's `AE::idle`.
  public func idle(_ callback: @escaping () -> Void) -> IdleWatcher {
    preconditionOnLoop()
    return IdleWatcher(on: self, callback)
  }
}
