/// Counts objects that callbacks hold, to see when they let go.
final class LifeTracker {
  private(set) var alive = 0

  /// Something to be captured by a callback.
  final class Token {
    private let tracker: LifeTracker
    /// Called when the token goes.
    var onEnd: (() -> Void)?

    fileprivate init(_ tracker: LifeTracker) {
      self.tracker = tracker
      tracker.alive += 1
    }

    deinit {
      tracker.alive -= 1
      onEnd?()
    }

    func touch() {}
  }

  func token() -> Token { Token(self) }
}
