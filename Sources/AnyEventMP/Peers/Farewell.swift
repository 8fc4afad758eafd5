import AnyEvent

/// The connections of a node that has left: what was sent last is on its way, then they end.
///
/// It keeps itself until that is over.
final class Farewell {
  private var streams: [StreamConnection]
  private var left: Int
  private var timeLimit: TimerWatcher?
  private var callback: (() -> Void)?

  init(_ streams: [StreamConnection], _ callback: @escaping () -> Void) {
    self.streams = streams
    self.callback = callback
    left = streams.count
  }

  /// Ends the connections; those that have not ended after so many seconds are closed.
  func begin(on loop: Loop, within seconds: Double) {
    if left == 0 {
      loop.postpone { self.conclude() }
      return
    }
    timeLimit = loop.timer(after: max(0, seconds)) { self.conclude() }
    for stream in streams {
      stream.onEnd = { _ in self.ended() }
      stream.sendEnd()
    }
  }

  private func ended() {
    left -= 1
    if left == 0 { conclude() }
  }

  private func conclude() {
    guard let callback else { return }
    self.callback = nil
    timeLimit = nil
    let ending = streams
    streams = []
    for stream in ending { stream.close() }
    callback()
  }
}
