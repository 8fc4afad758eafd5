import AnyEvent

/// A data connection that is announced and has not come.
final class DataExpectation {
  /// The node that it comes from.
  let node: String
  private let connected: (Handle) -> Void
  private let failed: (String) -> Void
  /// Called once when it is over, in whichever way.
  var ended: (() -> Void)?
  var timeLimit: TimerWatcher?

  init(
    node: String, connected: @escaping (Handle) -> Void, failed: @escaping (String) -> Void
  ) {
    self.node = node
    self.connected = connected
    self.failed = failed
  }

  /// It is there.
  func connect(_ handle: Handle) { connected(handle) }

  /// It does not come.
  func fail(_ reason: String) {
    cancel()
    failed(reason)
  }

  /// Nobody waits for it any more, or it has come as far as that it is clear which one it is.
  func cancel() {
    timeLimit = nil
    let ended = ended
    self.ended = nil
    ended?()
  }
}
