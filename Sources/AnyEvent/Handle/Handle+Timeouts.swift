internal import Glibc

extension Handle {
  /// Counts as if something was read or written now.
  public func timeout_reset() { timeouts[.either] = loop.monotonicNow }

  /// Counts as if something was read now.
  public func rtimeout_reset() { timeouts[.read] = loop.monotonicNow }

  /// Counts as if something was written now.
  public func wtimeout_reset() { timeouts[.write] = loop.monotonicNow }

  /// The clocks start with the connection.
  func startTimeouts() {
    for kind in HandleTimeouts.Kind.allCases {
      timeouts[kind] = loop.monotonicNow
      checkTimeout(kind)
    }
  }

  /// Reports what took too long, and has the clock ask again when it may have next time.
  func checkTimeout(_ kind: HandleTimeouts.Kind) {
    timeouts.setTimer(kind, nil)
    let limit = seconds(kind)
    guard isReady, limit > 0 else { return }
    if timeouts[kind] + limit <= loop.monotonicNow {
      timeouts[kind] = loop.monotonicNow
      if let callback = callback(kind) {
        callback(self)
      } else {
        fail(ETIMEDOUT, fatal: false, SocketError.text(for: ETIMEDOUT))
      }
    }
    // The callback may have changed everything, this clock included.
    let next = seconds(kind)
    guard isReady, next > 0, !timeouts.isRunning(kind) else { return }
    let wait = timeouts[kind] + next - loop.monotonicNow
    timeouts.setTimer(
      kind, loop.timer(after: max(0, wait)) { [unowned self] in checkTimeout(kind) })
  }

  private func seconds(_ kind: HandleTimeouts.Kind) -> Double {
    switch kind {
    case .either: options.timeout
    case .read: options.rtimeout
    case .write: options.wtimeout
    }
  }

  private func callback(_ kind: HandleTimeouts.Kind) -> ((Handle) -> Void)? {
    switch kind {
    case .either: options.on_timeout
    case .read: options.on_rtimeout
    case .write: options.on_wtimeout
    }
  }
}
