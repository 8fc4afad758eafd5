/// Keeps a stream that nobody has any more until all is sent, or too much time has passed.
final class StreamLinger: LoopResident {
  private let stream: StreamConnection
  private let loop: Loop
  private var limit: TimerWatcher?

  init(_ stream: StreamConnection, on loop: Loop) {
    self.stream = stream
    self.loop = loop
  }

  func begin(for seconds: Double) {
    loop.keep(self)
    limit = loop.timer(after: seconds) { [unowned self] in end() }
    stream.timing = .gathered
    stream.onDrain = { [unowned self] in end() }
    stream.onEnd = { [unowned self] _ in end() }
  }

  private func end() {
    limit = nil
    stream.close()
    loop.release(self)
  }

  /// Goes when the loop lets go of it, once all watchers are cancelled.
  func loopCloses() {}

  /// Sends nothing, in the child of a fork: the parent does.
  func loopForked() { end() }
}
